/** What the host may reach on others: a protocol, and for tcp and udp a port or a range of them. */
export interface Way {
  protocol: 'icmp' | 'tcp' | 'udp'
  /** `443` or `5000-5010`; absent for icmp. */
  ports?: string
}

/** What no host can do without: names, the time, and errors of the path. */
const ALWAYS: Way[] = [
  { protocol: 'icmp' },
  { protocol: 'udp', ports: '53' },
  { protocol: 'tcp', ports: '53' },
  { protocol: 'udp', ports: '123' },
]
const EVERYTHING: Way[] = [
  { protocol: 'icmp' },
  { protocol: 'tcp', ports: '1-65535' },
  { protocol: 'udp', ports: '1-65535' },
]

/**
 * The ways out of the host: what it needs itself, the ports of the endpoints that the configuration
 * names, and what the app needs.
 * @param endpoints URLs, images, or `host:port`
 * @param outbound `25060/tcp`, `5000-5010/udp`, or `all`
 */
export function waysOut(endpoints: string[], outbound: string[]): Way[] {
  if (outbound.includes('all')) return EVERYTHING
  const ports = [...new Set([80, 443, ...endpoints.map(portOf)])].sort((a, b) => a - b)
  const ways: Way[] = [
    ...ALWAYS,
    ...ports.map((port) => tcp(String(port))),
    ...outbound.map(parsed),
  ]
  return ways.filter((way, at) => ways.findIndex((other) => same(way, other)) === at)
}

const tcp = (ports: string): Way => ({ protocol: 'tcp', ports })

function parsed(text: string): Way {
  const [ports = '', protocol] = text.split('/')
  return { protocol: protocol as Way['protocol'], ports }
}

const same = (one: Way, other: Way) => one.protocol === other.protocol && one.ports === other.ports

function portOf(endpoint: string): number {
  const url = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`)
  return url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
}
