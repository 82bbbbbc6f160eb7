import { parseArgs } from 'node:util'
import { lastBackups, missing } from '../../backups/check.ts'
import { sourceIn, sourceOf } from '../../backups/source.ts'
import { chosenStack, outputsOf } from '../login.ts'

export const help = `padlock backup check [--stack NAME | --from FILE]

Asks the bucket of a stack (default: the one that is selected) when its last backups were written,
and not the host: for monitoring from elsewhere, which needs no way in by ssh. drift.yml does it
every day. What the host says of itself: ./padlock status.

  --from FILE   the output backupAccess, kept in a file that nobody else may read

Exit code 0: none is older than 26 hours, or the stack has no backups. 1: the bucket cannot be read.
2: a wrong command line. 3: there is none, or one is older.`

/** Of backups that are missing. */
const MISSING = 3

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const option = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { stack: option, from: option } })
  if (values.stack && values.from) {
    console.error(`padlock backup check: --stack or --from\n\n${help}`)
    return 2
  }
  const source = values.from ? sourceIn(values.from) : await ofStack(values.stack)
  if (!source) return 0
  const seen = await lastBackups(source)
  for (const { what, last } of seen) console.log(`${what.padEnd(8)}  ${last.toISOString()}`)
  const wrong = missing(seen)
  for (const line of wrong) console.error(line)
  return wrong.length > 0 ? MISSING : 0
}

async function ofStack(named: string | undefined) {
  const stack = await chosenStack(named)
  if ((await outputsOf(stack)).backups) return sourceOf(stack)
  console.log(`${stack} has no backups`)
  return undefined
}
