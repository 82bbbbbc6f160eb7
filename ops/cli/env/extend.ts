import { parseArgs } from 'node:util'
import { duration } from '../../environments/duration.ts'
import { extend } from '../../environments/extend.ts'
import { checkName } from '../../environments/names.ts'
import { openEnvironments } from './open.ts'

const TTL = '24h'

export const help = `padlock env extend NAME [--ttl ${TTL}]

Moves the expiry of an environment to this long from now. No restart, and no release
unless the app in this folder is another than the one that runs.

  --ttl   minutes, hours or days, such as 90m, 24h, 3d

Exit code 0: extended. 1: the message says what to do. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ttl: { type: 'string', default: TTL } },
  })
  const [name] = positionals
  if (!name || positionals.length > 1) {
    console.error(help)
    return 2
  }
  const stack = checkName(name)
  const ttl = duration(values.ttl)
  const context = await openEnvironments({ quiet: true })
  const expires = await extend(context, stack, ttl)
  console.log(`${stack} expires ${expires}`)
  return 0
}
