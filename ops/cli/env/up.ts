import { parseArgs } from 'node:util'
import { duration } from '../../environments/duration.ts'
import { checkName } from '../../environments/names.ts'
import { type Environment, up } from '../../environments/up.ts'
import { openEnvironments } from './open.ts'

const TTL = '24h'

export const help = `padlock env up NAME [--ttl ${TTL}] [--set KEY=VALUE]... [--keep-volume] [--json]

Brings an ephemeral environment up beside all others: a stack of its own, made from
Pulumi.preview.yaml, with its own name under the zone, droplet, firewall and Auth0
application. On one that is up it makes the next release and moves the expiry.

  NAME     such as pr-12; also its first DNS label
  --ttl    time to live from now: minutes, hours or days, such as 90m, 24h, 3d
  --set    a key of the configuration for this environment, such as size=s-1vcpu-2gb
  --keep-volume
           of an environment whose state is lost: its volume is taken over
  --json   prints {name, url, expires, costPerHour, seconds} alone on standard output

Exit code 0: the site answers. 1: the message says what to do. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ttl: { type: 'string', default: TTL },
      set: { type: 'string', multiple: true, default: [] },
      'keep-volume': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [name] = positionals
  if (!name || positionals.length > 1) {
    console.error(help)
    return 2
  }
  const stack = checkName(name)
  const ttl = duration(values.ttl)
  const set = Object.fromEntries(values.set.map(keyAndValue))
  const context = await openEnvironments({ quiet: values.json })
  const keepVolume = values['keep-volume']
  const environment = await up(context, { stack, ttl, set, flags: [], keepVolume })
  console.log(values.json ? JSON.stringify(environment) : table(environment))
  return 0
}

function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new Error(`--set ${text} names no value. Allowed: KEY=VALUE, such as size=s-1vcpu-2gb.`)
}

function table({ name, url, expires, costPerHour, seconds }: Environment): string {
  const rows = [
    ['open', url],
    ['expires', `${expires}, then ./padlock env sweep takes it`],
    ['costs', `$${costPerHour.toFixed(5)} an hour`],
    ['tear down', `./padlock env down ${name}`],
    ['took', `${seconds} s`],
  ]
  return `\n${rows.map(([what = '', is]) => `  ${what.padEnd(12)} ${is}`).join('\n')}`
}
