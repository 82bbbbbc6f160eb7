import { ownerHere } from '../../config/checkout/checkout.ts'
import { organization } from './organization.ts'

/**
 * The owner id of what a settings file is about: its key `owner`, or the checkout's.
 * @param config with prefixes
 * @param file the settings file's name, for the message
 * @throws Error where nothing tells
 */
export async function ownerIn(
  config: Record<string, unknown>,
  project: string,
  file: string,
): Promise<string> {
  const owner = config[`${project}:owner`] || ownerHere(project, await organization())?.id
  if (owner !== undefined) return String(owner)
  throw new Error(
    `nothing tells whose the stacks of this checkout are: it has no git remote origin. Fix: set owner in ${file} to one word for this repository, such as acmeshop.`,
  )
}
