import { parseArgs } from 'node:util'
import { leadsTo } from '../probe/by-name.ts'
import type { Finding } from '../probe/site.ts'
import { enclosingZone } from '../resolution/delegation.ts'
import { serversOf } from '../resolution/name-servers.ts'
import { judge, untilAnswered } from './answered.ts'
import { described, line, type Wanted, wantedRecords } from './wanted.ts'

export const help = `main.ts (show | wait | gone) HOST --zone ZONE [--a IP] [--aaaa IP6|none] [--caa NAME] [--minutes N] [--dns IP:PORT] [--optional]

Of a site whose zone is served elsewhere: "show" prints the records that it needs, "wait" goes on
once they answer and says every half minute what is missing, "gone" prints those that are to be
deleted. Exit code 0: done. 1: what is not there, and who can change it; with --optional, of a further
name, that is told and stops nothing.`

/** Prints what it is asked for; the exit code. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      zone: { type: 'string' },
      a: { type: 'string' },
      aaaa: { type: 'string' },
      caa: { type: 'string' },
      minutes: { type: 'string' },
      dns: { type: 'string' },
      optional: { type: 'boolean' },
    },
  })
  const [verb, host] = positionals
  const { zone, a, aaaa, caa, dns } = values
  if (!verb || !host || !zone || !['show', 'wait', 'gone'].includes(verb)) {
    console.error(help)
    return 2
  }
  const wanted = wantedRecords({ ipv4: a, ipv6: aaaa, caaIssuer: caa })
  if (verb === 'gone') {
    console.log(gone(host, zone, wanted))
    return 0
  }
  try {
    const servers = async () => serversOf(await enclosingZone(zone, dns), dns)
    if (verb === 'show') {
      const wrong = await judge(host, wanted, await servers().catch(() => []))
      const lines = wanted.filter(({ value }) => value).map((one) => `  ${line(host, one)}`)
      console.log([`create these records where ${zone} is served:`, ...lines].join('\n'))
      if (wrong.length > 0) console.log(`now ${wrong.map(described).join('; ')}`)
      else console.log('all of them are there')
      return 0
    }
    const minutes = Number(values.minutes ?? 0)
    const lines = await untilAnswered({ host, servers }, wanted, minutes * 60, console.log)
    // What a resolver here remembers of a former host's address is waited for too.
    if (!a && aaaa) {
      const name = { host, zone, type: 'AAAA' as const, address: aaaa, dnsServer: dns }
      lines.push(...(await leadsTo({ ...name, external: true }, console.log)))
    }
    console.log(lines.join('\n'))
    return 0
  } catch (error) {
    const { message, hints = [] } = error as Finding
    const told = values.optional ? `${message}; the site's own name goes on without it` : message
    const lines = [told, ...hints.map((hint) => `  look at: ${hint}`)].join('\n')
    if (!values.optional) {
      console.error(lines)
      return 1
    }
    // The engine shows nothing else of a command that ends well.
    console.log(lines)
    return 0
  }
}

/** An address that is given back is somebody else's soon, and a record leads there. */
function gone(host: string, zone: string, wanted: Wanted[]): string {
  const lines = wanted.filter(({ value }) => value).map((one) => `  ${line(host, one)}`)
  return [
    `delete these records where ${zone} is served, or ${host} leads to whoever gets the address next:`,
    ...lines,
  ].join('\n')
}
