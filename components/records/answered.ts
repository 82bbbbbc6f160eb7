import { setTimeout as sleep } from 'node:timers/promises'
import { Finding } from '../probe/site.ts'
import type { NameServer } from '../resolution/name-servers.ts'
import { described, line, type Wanted, type Wrong } from './wanted.ts'

const POLL_MS = 5000
const SAID_EVERY_MS = 30_000

/** A site's name at a provider that this stack has no account at. */
export interface Elsewhere {
  host: string
  /** Who serves the name now; none where nobody does. */
  servers(): Promise<NameServer[]>
}

/**
 * Waits until every name server of a zone answers with the records, and with no others of their types.
 * @param seconds how long
 * @param say gets one line at once where something is missing, and one every half minute
 * @returns lines for the summary
 * @throws Finding that names each record which is not there by then, and what is found in its place
 */
export async function untilAnswered(
  { host, servers }: Elsewhere,
  wanted: Wanted[],
  seconds: number,
  say: (line: string) => void,
): Promise<string[]> {
  const deadline = Date.now() + seconds * 1000
  let said = 0
  for (;;) {
    const wrong = await judge(host, wanted, await servers().catch(() => []))
    if (wrong.length === 0) return wanted.map((one) => summary(host, one))
    const left = deadline - Date.now()
    if (left <= 0) throw missing(host, wrong, seconds / 60)
    if (Date.now() - said >= SAID_EVERY_MS) {
      said = Date.now()
      say(
        `waiting for the records of ${host}: ${wrong.map(described).join('; ')}. ` +
          `Goes on for ${Math.ceil(left / 60_000)} min`,
      )
    }
    await sleep(Math.min(POLL_MS, left))
  }
}

/** What is not as wanted: of each record the first server that says something else. */
export async function judge(
  host: string,
  wanted: Wanted[],
  servers: NameServer[],
): Promise<Wrong[]> {
  const judged = await Promise.all(
    wanted.map(async (one): Promise<Wrong[]> => {
      if (servers.length === 0) return [{ wanted: one, server: 'no name server', found: [] }]
      for (const server of servers) {
        const found = await answers(server, host, one).catch((error: Error) => [error.message])
        if (!isRight(one, found)) return [{ wanted: one, server: server.name, found }]
      }
      return []
    }),
  )
  return judged.flat()
}

async function answers(server: NameServer, host: string, { type }: Wanted): Promise<string[]> {
  if (type === 'CAA') return (await server.caa(host)) ?? []
  return (await server.addresses(host, type)).map(canonical)
}

/** Another authority beside the stack's is its owner's business; another address would be visited. */
function isRight({ type, value }: Wanted, found: string[]): boolean {
  if (value === undefined) return found.length === 0
  if (type === 'CAA') return found.some((one) => one.split(';')[0]?.trim() === value)
  return found.length === 1 && found[0] === canonical(value)
}

const summary = (host: string, { type, value }: Wanted) =>
  value === undefined ? `${host} has no ${type}` : `${host} has ${type} ${value}`

const missing = (host: string, wrong: Wrong[], minutes: number) =>
  new Finding(
    `the records of ${host} are not there after ${minutes} min: ${wrong.map(described).join('; ')}`,
    [
      ...wrong.map(({ wanted }) =>
        wanted.value === undefined
          ? `delete the ${wanted.type} records of ${host}`
          : `the record ${line(host, wanted)}, in place of any other of its type`,
      ),
      ...(wrong.some(({ wanted }) => wanted.type === 'CAA')
        ? ['a provider without CAA: pulumi config set caaIssuer none']
        : []),
      'what was made stays, and the next pulumi up goes on from here',
      'to wait longer: pulumi config set delegationMinutes 120',
    ],
  )

/** IPv6 addresses have many spellings. */
const canonical = (address: string) =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
