import { Finding } from '../probe/site.ts'
import type { NameServer } from '../resolution/name-servers.ts'

/** What a certificate is about to be ordered for. */
export interface Order {
  /** The site's name. */
  host: string
  zone: string
  /** Is the zone served by others than DigitalOcean? */
  external?: boolean
  /** Where the name must lead. */
  address: string
  /** Where the authority asks: http-01, and the site itself. */
  ports: number[]
  /** The authority as CAA records name it; undefined where nobody knows. */
  issuer?: string
}

/** What the checks ask. */
export interface Outside {
  /** The zone's name servers; none if it is not delegated. */
  servers(): Promise<NameServer[]>
  /** Resolves once the port has answered, be it with a refusal; rejects where nothing comes back. */
  reach(address: string, port: number): Promise<void>
}

/**
 * One item of the checklist: a few words for the summary.
 * @throws Finding that names what fails and who can change it
 */
export type Item = (order: Order, outside: Outside) => Promise<string>

/** In the order in which an authority meets them. */
export const items: Item[] = [resolves, permitted, reachable]

/** Does every name server of the zone lead to the address, and nowhere else? */
async function resolves(
  { host, zone, address, external }: Order,
  outside: Outside,
): Promise<string> {
  if (host === address) return `${host} is the address itself`
  const servers = await outside.servers()
  if (servers.length === 0) {
    throw new Finding(`${zone} is not delegated: no name server is known for it`, [
      external
        ? `the registrar of ${zone}: enter the name servers of whoever serves it`
        : `the registrar of ${zone}: enter ns1.digitalocean.com, ns2.digitalocean.com and ns3.digitalocean.com`,
      `dig NS ${zone}`,
    ])
  }
  for (const server of servers) {
    const found = await server.addresses(host)
    if (found.length === 1 && found[0] === address) continue
    const said = found.length === 0 ? 'no address' : found.join(' and ')
    throw new Finding(`${host} must lead to ${address} alone, but ${server.name} says ${said}`, [
      ...(external
        ? []
        : [`the NS records of ${zone} at its registrar: the zone must be served by DigitalOcean`]),
      `other A or CNAME records of ${host} in the zone`,
    ])
  }
  return `${host} leads to ${address}`
}

/** Does the nearest CAA record set (RFC 8659 section 3) let the authority issue? */
async function permitted({ host, address, issuer }: Order, outside: Outside): Promise<string> {
  if (host === address) return 'CAA is not asked of addresses (RFC 8738)'
  if (!issuer) return 'CAA is not checked: no name is known for this authority (caaIssuer)'
  const [server] = await outside.servers()
  for (let name = host; server && name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const issue = await server.caa(name)
    if (issue === undefined) continue
    if (allows(issue, issuer)) return `CAA of ${name} permits ${issuer}`
    const values = issue.map((value) => value || ';')
    throw new Finding(`CAA of ${name} forbids ${issuer} to issue: it names ${values.join(', ')}`, [
      `a record CAA 0 issue "${issuer}" at ${name}, or an acmeDirectory of an authority that it names`,
      'caaIssuer: how CAA records name the authority of acmeDirectory',
    ])
  }
  return 'no CAA record forbids it'
}

/** A set without an `issue` restricts nothing; ours are validated by http-01 and tls-alpn-01. */
function allows(issue: string[], issuer: string): boolean {
  if (issue.length === 0) return true
  return issue.some((value) => {
    const [name = '', ...parameters] = value.split(';').map((part) => part.trim())
    const methods = parameters
      .map((one) => /^validationmethods\s*=\s*(.*)$/.exec(one)?.[1])
      .find((one) => one !== undefined)
    return name.toLowerCase() === issuer && (!methods || /http-01|tls-alpn-01/.test(methods))
  })
}

/** Does a packet come back from the ports, whether or not something listens there yet? */
async function reachable({ address, ports }: Order, outside: Outside): Promise<string> {
  for (const port of ports) {
    await outside.reach(address, port).catch((error: Error) => {
      throw new Finding(`port ${port} of ${address} does not answer: ${error.message}`, [
        'the cloud firewall: other firewalls on the droplet, or a change by hand (pulumi refresh)',
        'the network that this runs in: it may let nothing out to that port',
      ])
    })
  }
  return `ports ${ports.join(' and ')} answer`
}
