import { createSocket } from 'node:dgram'
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'

/** Services that answer with the address that asks, as text and over IPv4; the first that does is believed. */
const SERVICES = ['https://checkip.amazonaws.com', 'https://api.ipify.org']
const PATIENCE_MS = 3_000

/** Networks behind which another address is seen from outside (RFC 1918, 6598, 3927, 4193, 4291). */
const PRIVATE = blockList([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
])

/**
 * The address that a host sees when this computer connects to it: the local one, or behind a
 * translation that which a service on the internet sees.
 * @param towards host name or address; one on this computer sees the loopback address
 * @param ask for the address as the internet sees it; undefined where nobody answers
 * @returns undefined where it cannot be found out
 */
export async function ownAddress(
  towards: string,
  ask: () => Promise<string | undefined> = askServices,
): Promise<string | undefined> {
  const local = await localAddress(towards)
  return local !== undefined && isWithin(local, PRIVATE) ? ask() : local
}

/** @param networks in CIDR notation */
export function isAmong(address: string, networks: string[]): boolean {
  return isWithin(address, blockList(networks))
}

function isWithin(address: string, list: BlockList): boolean {
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function blockList(networks: string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Nothing is sent: the kernel says which address it would send from. */
function localAddress(towards: string): Promise<string | undefined> {
  const host = /(^|\.)localhost$/i.test(towards) ? '127.0.0.1' : towards
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  return new Promise((resolve) => {
    const end = (address?: string) => {
      socket.close()
      resolve(address)
    }
    socket.once('error', () => end())
    socket.once('connect', () => end(socket.address().address))
    socket.connect(9, host)
  })
}

async function askServices(): Promise<string | undefined> {
  for (const service of SERVICES) {
    const said = await fetch(service, { signal: AbortSignal.timeout(PATIENCE_MS) })
      .then((response) => response.text())
      .catch(() => '')
    if (isIP(said.trim())) return said.trim()
  }
  return undefined
}
