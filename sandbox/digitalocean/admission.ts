/** The cloud firewall: who may reach which port of which droplet, and what a droplet reaches. */
import { BlockList, isIPv4 } from 'node:net'
import { covers } from './firewalls.ts'
import type { DropletRow, Peers, RuleRow, State } from './state.ts'

/**
 * Stateful filtering of what comes in: all is open while no firewall covers the droplet, then
 * only what the inbound rules of any of them list.
 * @param source the client's address; IPv4 addresses may come mapped into IPv6
 */
export function admits(
  state: State,
  dropletId: number,
  protocol: 'tcp' | 'udp',
  port: number,
  source: string,
): boolean {
  return listed(state, dropletId, 'inbound', protocol, port, source)
}

/** The same for what a droplet begins to reach; `port` counts for tcp and udp alone. */
export function admitsOutbound(
  state: State,
  dropletId: number,
  protocol: 'tcp' | 'udp' | 'icmp',
  port: number,
  destination: string,
): boolean {
  return listed(state, dropletId, 'outbound', protocol, port, destination)
}

function listed(
  state: State,
  dropletId: number,
  direction: 'inbound' | 'outbound',
  protocol: 'tcp' | 'udp' | 'icmp',
  port: number,
  peer: string,
): boolean {
  const droplet = state.droplets.find((each) => each.id === dropletId)
  if (!droplet) return false
  const firewalls = state.firewalls.filter((firewall) => covers(firewall, droplet))
  if (firewalls.length === 0) return true
  const address = peer.replace(/^::ffff:(?=\d+\.)/i, '')
  return firewalls.some((firewall) =>
    firewall[direction].some(
      (rule) =>
        rule.protocol === protocol &&
        (protocol === 'icmp' || includesPort(rule, port)) &&
        includesAddress(state, rule.peers, address),
    ),
  )
}

/** The TCP ports that inbound rules name one by one. */
export function singlePorts(state: State): number[] {
  const ports = state.firewalls
    .flatMap((firewall) => firewall.inbound)
    .filter((rule) => rule.protocol === 'tcp' && /^\d+$/.test(rule.ports) && rule.ports !== '0')
    .map((rule) => Number(rule.ports))
  return [...new Set(ports)].sort((one, other) => one - other)
}

function includesPort({ ports }: RuleRow, port: number): boolean {
  if (ports === '0') return true
  const [first, last = first] = ports.split('-').map(Number)
  return port >= (first ?? 0) && port <= (last ?? 0)
}

function includesAddress(state: State, peers: Peers, address: string): boolean {
  const family = familyOf(address)
  // Only networks of the address's own family: a BlockList would find any IPv4 address in ::/0.
  const list = new BlockList()
  for (const network of peers.addresses ?? []) {
    const [base = '', bits] = network.split('/')
    if (familyOf(base) !== family) continue
    list.addSubnet(base, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  const named = (droplet: DropletRow) =>
    peers.droplet_ids?.includes(droplet.id) || droplet.tags.some((tag) => peers.tags?.includes(tag))
  for (const droplet of state.droplets.filter(named)) {
    for (const own of [droplet.publicAddress, droplet.privateAddress, droplet.ipv6Address]) {
      if (own && familyOf(own) === family) list.addAddress(own, family)
    }
  }
  return list.check(address, family)
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6')
