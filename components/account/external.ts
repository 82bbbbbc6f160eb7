import { log, runtime } from '@pulumi/pulumi'
import type { FurtherName } from '../../config/tunnels/index.ts'
import { judge } from '../records/answered.ts'
import { described, line, wantedRecords } from '../records/wanted.ts'
import { delegationOf, enclosingZone, leadsToDigitalOcean } from '../resolution/delegation.ts'
import { serversOf } from '../resolution/name-servers.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

export interface ExternalOptions {
  zone: string
  /** `@` for the zone itself. */
  recordName: string
  caaIssuer?: string
  /** Further names; absent where there are none. */
  aliases?: FurtherName[]
  ipv6: boolean
  /** How long the update waits for the records. */
  minutes: number
  /** `IP:port` that is asked; absent for the zone's own name servers. */
  dnsServer?: string
}

/**
 * Says in a preview which records somebody has to make elsewhere, as far as they are not there yet.
 * @throws RunError where the zone is still served from the records that the stack would delete
 */
export async function checkExternal(options: ExternalOptions, state: Former[]): Promise<void> {
  const { zone, recordName, caaIssuer, aliases = [], minutes, dnsServer } = options
  const made = ofKind(state, 'DnsRecord').some(({ outputs }) => outputs.domain === zone)
  const ours = made && (await delegationOf(zone, dnsServer).then(leadsToDigitalOcean, () => false))
  if (ours) {
    throw configurationError(
      `dns = "external", but ${zone} is served by DigitalOcean, from records that this stack has and would delete`,
      'a zone that others serve by now',
      `make the records there, name its servers at the registrar of ${zone}, and run this again; or pulumi config set dns digitalocean`,
    )
  }
  if (!runtime.isDryRun()) return
  const own = { hostname: recordName === '@' ? zone : `${recordName}.${zone}`, caaIssuer }
  const servers = await serversOf(await enclosingZone(zone, dnsServer), dnsServer).catch(() => [])
  const names = [own, ...aliases].map(async (name) => {
    const wanted = records({ ...options, caaIssuer: name.caaIssuer }, state)
    const known = wanted.filter(({ value }) => !value?.startsWith('('))
    const wrong = await judge(name.hostname, known, servers)
    return {
      there: known.length === wanted.length && wrong.length === 0,
      lines: wanted.filter(({ value }) => value).map((one) => `  ${line(name.hostname, one)}`),
      now: wrong.map((one) => (name === own ? '' : `${name.hostname} `) + described(one)),
    }
  })
  const asked = await Promise.all(names)
  if (asked.every(({ there }) => there)) return
  const wrong = asked.flatMap(({ now }) => now)
  const now = wrong.length > 0 ? `\nnow ${wrong.join('; ')}` : ''
  await log.info(
    `dns = "external": the update needs these records where ${zone} is served, and waits ${minutes} min for them:\n` +
      `${asked.flatMap(({ lines }) => lines).join('\n')}${now}`,
  )
}

function records(
  { ipv6, caaIssuer }: Pick<ExternalOptions, 'ipv6' | 'caaIssuer'>,
  state: Former[],
) {
  const [reserved] = ofKind(state, 'ReservedIp')
  const [droplet] = ofKind(state, 'Droplet')
  return wantedRecords({
    ipv4: reserved?.outputs.ipAddress ?? '(the address that the update prints)',
    ipv6: ipv6 ? droplet?.outputs.ipv6Address || '(the address that the update prints)' : 'none',
    caaIssuer,
  })
}
