import { REGIONS } from './catalogue.ts'
import type { DropletRow, State, VpcRow } from './state.ts'

/** A free loopback address for a droplet, 127.20.x.y. */
export function takePublicAddress(state: State): string {
  const used = new Set(state.droplets.map((droplet) => droplet.publicAddress))
  return takeLoopback('127.20', used, () => state.nextPublic++)
}

/** A free loopback address to reserve, 127.30.x.y. */
export function takeReservedAddress(state: State): string {
  const used = new Set(state.reservedIps.map((reserved) => reserved.ip))
  return takeLoopback('127.30', used, () => state.nextReserved++)
}

function takeLoopback(prefix: string, used: Set<string>, next: () => number): string {
  for (;;) {
    const number = next() & 0xffff
    const host = number & 0xff
    const address = `${prefix}.${number >> 8}.${host}`
    // .254 is shown as the gateway.
    if (host > 0 && host < 254 && !used.has(address)) return address
  }
}

/** The lowest free address of the network, after the one of its gateway. */
export function takePrivateAddress(
  state: State,
  vpc: VpcRow,
): Pick<DropletRow, 'privateAddress' | 'privateNetmask' | 'privateGateway'> {
  const used = new Set(
    [...state.droplets, ...(state.databases ?? [])].map((one) => one.privateAddress),
  )
  const { first, last } = rangeOf(vpc.ipRange)
  for (let number = first + 2; number < last; number++) {
    const address = toAddress(number)
    if (used.has(address)) continue
    return {
      privateAddress: address,
      privateNetmask: toAddress(2 ** 32 - (last - first + 1)),
      privateGateway: toAddress(first + 1),
    }
  }
  throw new Error(`the network ${vpc.ipRange} has no free address`)
}

/** An address of the documentation's network 2001:db8::/32 (RFC 3849), one /48 a region. */
export function takeIpv6Address(state: State, region: string): string {
  const subnet = (REGIONS.findIndex((each) => each.slug === region) + 1).toString(16)
  const used = new Set(state.droplets.map((droplet) => droplet.ipv6Address))
  for (let host = 0x1001; ; host++) {
    const address = `2001:db8:${subnet}::${host.toString(16)}`
    if (!used.has(address)) return address
  }
}

export const toNumber = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0)

const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')

/** First and last address of an IPv4 network in CIDR form, as numbers. */
export function rangeOf(cidr: string): { first: number; last: number } {
  const [network = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const first = Math.floor(toNumber(network) / size) * size
  return { first, last: first + size - 1 }
}
