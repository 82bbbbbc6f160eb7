import { parseArgs } from 'node:util'
import { lastBackups, missing } from '../../backups/check.ts'
import { nameOf, type Ordered, orderedOf } from '../../backups/ordered.ts'
import { type Source, sourceIn, sourceOf } from '../../backups/source.ts'
import { stateOf } from '../../engine/state.ts'
import { chosenStack, outputsOf } from '../login.ts'

export const help = `padlock backup check [--stack NAME | --from FILE]

Asks the bucket of a stack (default: the one that is selected) when its last backups were written,
and not the host: for monitoring from elsewhere, which needs no way in by ssh. drift.yml does it
every day. What the host says of itself: ./padlock status.

  --from FILE   the output backupAccess, kept in a file that nobody else may read; what is to be
                there it does not say, so what there is is looked at

Exit code 0: none is older than 26 hours, or the stack has no backups. 1: the bucket cannot be read.
2: a wrong command line. 3: there is none, or one is older.`

interface Asked {
  source: Source
  ordered?: Ordered | undefined
}

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
  const asked: Asked | undefined = values.from
    ? { source: sourceIn(values.from) }
    : await ofStack(values.stack)
  if (!asked) return 0
  const seen = await lastBackups(asked.source)
  for (const { what, last } of seen)
    console.log(`${nameOf(what, asked.ordered?.beside).padEnd(8)}  ${last.toISOString()}`)
  const wrong = missing(seen, asked.ordered)
  for (const line of wrong) console.error(line)
  return wrong.length > 0 ? MISSING : 0
}

async function ofStack(named: string | undefined): Promise<Asked | undefined> {
  const stack = await chosenStack(named)
  if ((await outputsOf(stack)).backups) {
    const { source } = await sourceOf(stack, 'reader')
    return { source, ordered: orderedOf(await stateOf(stack, {})) }
  }
  console.log(`${stack} has no backups`)
  return undefined
}
