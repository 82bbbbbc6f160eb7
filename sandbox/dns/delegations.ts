import type { Cloud } from '../types.ts'

/** What the registrar of a zone was told. */
export interface Delegation {
  zone: string
  /** Names of the servers; none takes the delegation away. */
  servers: string[]
  /** Where those lead every name in the zone, as a registrar's own do; absent: they hold no address. */
  address?: string
  /** What those hold beside, by full names; data as in a zone file. */
  records?: { name: string; type: string; data: string }[]
}

const TTL_SECONDS = 3600

/**
 * What the public sees of the account's zones: those whose registrar names other servers, or none,
 * are not served from it, whatever lies in them. Every other zone counts as delegated.
 */
export class Delegations {
  readonly #cloud: Cloud['resolve']
  readonly #elsewhere = new Map<string, Delegation>()

  /** @param cloud the zones as their own servers hold them */
  constructor(cloud: Cloud['resolve']) {
    this.#cloud = cloud
  }

  set(delegation: Delegation): void {
    const zone = delegation.zone.toLowerCase()
    const own = delegation.servers.some((name) => name.endsWith('.digitalocean.com'))
    if (own) this.#elsewhere.delete(zone)
    else this.#elsewhere.set(zone, { ...delegation, zone })
  }

  readonly resolve: Cloud['resolve'] = (name, type) => {
    const wanted = name.toLowerCase().replace(/\.$/, '')
    const found = [...this.#elsewhere.values()].find(
      ({ zone }) => wanted === zone || wanted.endsWith(`.${zone}`),
    )
    if (!found) return this.#cloud(name, type)
    const { zone, servers, address, records = [] } = found
    const record = (data: string) => ({ type, data, ttl: TTL_SECONDS })
    if (type === 'NS' && wanted === zone) return servers.map((server) => record(`${server}.`))
    const held = records.filter((one) => one.name === wanted && one.type === type)
    if (held.length > 0 && servers.length > 0) return held.map(({ data }) => record(data))
    return type === 'A' && servers.length > 0 && address ? [record(address)] : []
  }
}
