import { type Difference, differences } from './difference.ts'
import {
  compare,
  ends,
  isComponent,
  isProvider,
  type Operation,
  type Resource,
} from './resources.ts'

/** A line of the table. */
export interface Change {
  operation: Exclude<Operation, 'same'>
  kind: string
  name: string
  urn: string
  /** Something that cannot be made again is lost, or the site stops for a while. */
  dangerous: boolean
  /** It stays in the account, which the stack lets go of. */
  retained?: true
  differences: Difference[]
}

/** What holds data or an address of its own: gone is gone. */
const IRREPLACEABLE = new Set([
  'DatabaseCluster',
  'DatabaseDb',
  'DatabaseUser',
  'Domain',
  'DropletSnapshot',
  'ReservedIp',
  'ReservedIpV6',
  'SpacesBucket',
  'Volume',
  'VolumeSnapshot',
])

/** What is to be done, the dangerous first, then by URN. */
export function changes(all: Resource[]): Change[] {
  return all
    .filter((one) => one.operation !== 'same' && !isProvider(one))
    .map((one) => ({ one, differences: differences(one) }))
    .filter(({ one, differences }) => !isComponent(one) || differences.length > 0)
    .sort((a, b) => rank(a.one) - rank(b.one) || compare(a.one.urn, b.one.urn))
    .map(({ one, differences }) => ({
      operation: one.operation as Change['operation'],
      kind: one.kind,
      name: one.name,
      urn: one.urn,
      dangerous: rank(one) <= 2,
      ...(staysBehind(one) && { retained: true as const }),
      differences,
    }))
}

const staysBehind = ({ operation, retained }: Resource) => operation === 'delete' && retained

function rank(one: Resource): number {
  const lost = ends(one) && !staysBehind(one)
  if (lost && IRREPLACEABLE.has(one.kind)) return 0
  if (lost && one.kind === 'Droplet') return 1
  if (one.kind === 'Droplet' && one.reasons.includes('size')) return 2
  // The site's name, its login and its firewall stop people at once.
  if (lost && /^(Client|Firewall|DnsRecord)$/.test(one.kind)) return 2
  // A component says in plain values what its resources carry as secrets.
  if (isComponent(one)) return 4.5
  return { delete: 3, replace: 4, update: 5, create: 6, same: 7 }[one.operation]
}
