import { parseArgs } from 'node:util'
import { type Swept, sweep } from '../../environments/sweep.ts'
import { openEnvironments } from './open.ts'

export const help = `padlock env sweep [--dry-run] [--keep NAME]... [--json]

Destroys every environment whose time to live is over, removes what stacks that are gone
have left behind once its expiry has passed, and stacks with nothing in them. What carries
no expiry, or not the mark of this backend and repository, is reported and never touched.

  --dry-run   says what it would do, and does nothing
  --keep      an environment that stays whatever its expiry says
  --json      prints {decisions, receipts} on standard output

Exit code 0: swept. 1: something is left, by name. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      'dry-run': { type: 'boolean', default: false },
      keep: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  })
  const start = Date.now()
  const context = await openEnvironments({ quiet: true })
  const swept = await sweep(context, { held: values.keep, dryRun: values['dry-run'] })
  console.log(values.json ? JSON.stringify(swept, null, 2) : told(swept))
  const { digitalocean, auth0 } = context.accounts
  const seconds = ((Date.now() - start) / 1000).toFixed(1)
  console.error(
    `${seconds} s, ${digitalocean.calls} requests to DigitalOcean, ${auth0.calls} to Auth0 beside the engine's`,
  )
  const isLeft =
    swept.receipts.some(({ left }) => left.length > 0) ||
    swept.decisions.some(({ action }) => action === 'leave')
  return isLeft ? 1 : 0
}

function told({ decisions, receipts }: Swept): string {
  const kept = decisions.filter(({ action }) => action === 'keep').length
  const lines = receipts.map(
    ({ stack, removed, left, kept }) =>
      `${stack}: ${removed.length} removed${left.length > 0 ? `, left: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')}` : ''}${kept ? `; ${kept}` : ''}`,
  )
  return [...lines, `${receipts.length} swept, ${kept} kept`].join('\n')
}
