import { connect, isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Finding } from '../probe/site.ts'
import { delegationOf, enclosingZone } from '../resolution/delegation.ts'
import { serversOf } from '../resolution/name-servers.ts'
import { items, type Order, type Outside } from './checklist.ts'
import { untilDelegated } from './delegated.ts'

/** New records take seconds until all of a zone's name servers have them. */
const SECONDS = 30
const PAUSE_MS = 2000
const CONNECT_MS = 5000

export const help = `main.ts HOST [--zone ZONE] --address IP --port N [--port N] [--issuer NAME] [--dns IP:PORT]
            [--delegation-minutes N] [--delegation-only] [--external] [--alias HOST ...]

Asks what a certificate authority will ask before it issues: whether the name leads to the
address, whether CAA permits it, whether the ports answer. Exit code 0: all do. 1: the first
that does not, and who can change it. With --delegation-minutes it waits so long for the zone to be
delegated to DigitalOcean, and says every half minute what it waits for; with --delegation-only it
does that alone. With --external the zone is served by others. An address in the
place of HOST has no zone. A further name (--alias) that fails is told and stops nothing, as each has a
certificate of its own.`

/**
 * Prints one line for each item, or the one that fails; the exit code.
 * @param seconds how long new records may take
 */
export async function run(args: string[], seconds = SECONDS): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      zone: { type: 'string' },
      address: { type: 'string' },
      port: { type: 'string', multiple: true },
      issuer: { type: 'string' },
      dns: { type: 'string' },
      'delegation-minutes': { type: 'string' },
      'delegation-only': { type: 'boolean' },
      external: { type: 'boolean' },
      alias: { type: 'string', multiple: true },
    },
  })
  const [host] = positionals
  const { zone = '', address, port = [], issuer, dns, external } = values
  if (!host || !address || !(zone || isIP(host))) {
    console.error(help)
    return 2
  }
  const unasked = values['delegation-only']
  const order = { host, zone, address, ports: port.map(Number), issuer, external }
  const holder = async () => (external ? enclosingZone(zone, dns) : zone)
  const outside: Outside = { servers: async () => serversOf(await holder(), dns), reach }
  try {
    const minutes = values['delegation-minutes']
    if (minutes !== undefined) {
      const ask = () => delegationOf(zone, dns)
      await untilDelegated(zone, ask, Number(minutes) * 60, console.log)
    }
    if (unasked) return 0
    console.log((await checklist(order, outside, seconds)).join('\n'))
    await Promise.all(
      (values.alias ?? []).map((alias) => further({ ...order, host: alias }, outside, seconds)),
    )
    return 0
  } catch (error) {
    const what = unasked ? 'the site cannot be found' : 'no certificate could be issued'
    console.error(told(what, error as Finding))
    return 1
  }
}

const told = (what: string, { message, hints = [] }: Finding) =>
  [`${what}: ${message}`, ...hints.map((hint) => `  look at: ${hint}`)].join('\n')

/** The other names of the site are not to wait for one that fails; the probe asks it at the end. */
async function further(order: Order, outside: Outside, seconds: number): Promise<void> {
  const lines = await checklist(order, outside, seconds).catch((error: Finding) => [
    told(`no certificate could be issued for ${order.host}, the others go on`, error),
  ])
  console.log(lines.join('\n'))
}

/**
 * Every item in its order; one that fails is asked again for as long as new records may take.
 * @throws Finding of the item that fails
 */
export async function checklist(
  order: Order,
  outside: Outside,
  seconds: number,
): Promise<string[]> {
  const deadline = Date.now() + seconds * 1000
  const lines: string[] = []
  for (const item of items) {
    for (;;) {
      try {
        lines.push(await item(order, outside))
        break
      } catch (error) {
        if (Date.now() + PAUSE_MS > deadline) {
          throw error instanceof Finding ? error : new Finding((error as Error).message, [])
        }
        await sleep(PAUSE_MS)
      }
    }
  }
  return lines
}

/** A refusal is an answer too: nothing need listen there yet. */
function reach(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, timeout: CONNECT_MS })
    const end = (error?: Error) => {
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end(new Error(`nothing came back in ${CONNECT_MS / 1000} s`)))
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(['ECONNREFUSED', 'ECONNRESET'].includes(error.code ?? '') ? undefined : error),
    )
  })
}
