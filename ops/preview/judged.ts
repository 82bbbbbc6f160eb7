import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withoutConsent } from '../../policy/consent.ts'
import { eventLog, policyFlags } from '../engine/policy.ts'
import { capture } from '../engine/pulumi.ts'
import { type Preview, readPreview } from '../report/preview.ts'
import type { Violation } from '../report/violation.ts'
import { violations } from './violations.ts'

export interface Judged {
  preview: Preview
  /** What the policies in `policy/` say of it, the missing consent to a loss among them. */
  violations: Violation[]
}

/**
 * Previews a stack and has the policies judge it. A preview that fails is one too, and says why.
 * @throws Error with the engine's words if it never began
 */
export async function judgedPreview(
  stack: string,
  environment: Record<string, string> = {},
): Promise<Judged> {
  const folder = await mkdtemp(join(tmpdir(), 'padlock-preview-'))
  try {
    const file = join(folder, 'events')
    const events = eventLog(file)
    const { stdout, stderr } = await capture(
      ['preview', '--json', '--show-sames', '--stack', stack, ...policyFlags(), ...events.flags],
      { ...environment, ...events.environment },
    )
    // A preview that fails says so in its JSON; an engine that never began has printed none.
    if (stdout.trim() === '') {
      throw new Error(`the stack ${stack} cannot be previewed:\n${stderr.trim()}`)
    }
    const preview = readPreview(stdout, 'what pulumi preview printed')
    const said = violations(await readFile(file, 'utf8').catch(() => ''))
    return { preview, violations: [...said, ...losses(preview)] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** No rule of the pack, which cannot see what becomes of the resources that are. */
function losses(preview: Preview): Violation[] {
  return withoutConsent(preview).map((message) => ({
    rule: 'production-consent',
    level: 'mandatory',
    message,
  }))
}
