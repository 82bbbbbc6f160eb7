import { backendHere } from '../../config/checkout/checkout.ts'
import { capture } from './pulumi.ts'
import { chosenOrganization } from './stack-reference.ts'

/**
 * The Pulumi organisation that stacks without one in their name belong to, as a program gets it:
 * `organization` on a backend of files or a bucket, which has none.
 */
export async function organization(): Promise<string> {
  if (!/^(https?:|$)/.test(backendHere())) return 'organization'
  const chosen = chosenOrganization()
  if (chosen) return chosen
  const { code, stdout } = await capture(['org', 'get-default'])
  if (code === 0 && stdout.trim()) return stdout.trim()
  // Nobody has chosen one: then it is the user's own.
  return (await capture(['whoami'])).stdout.trim()
}
