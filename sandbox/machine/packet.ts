/** What a machine wants to reach on others. */
export interface Attempt {
  protocol: 'tcp' | 'udp' | 'icmp'
  destination: string
  /** 0 for icmp. */
  port: number
}

/** Of a frame's own header. */
export const ETHERNET_BYTES = 14
export const IPV4 = 0x0800
const PROTOCOLS = { 1: 'icmp', 6: 'tcp', 17: 'udp' } as const
const SYN = 0x02
const ACK = 0x10
const DHCP_SERVER = 67

/**
 * Reads an Ethernet frame that a machine sends (RFC 791, 9293, 768).
 * @returns what it begins to reach; undefined for what begins nothing: ARP, DHCP, later segments of
 *   a TCP connection and answers within one that came in
 */
export function attemptOf(frame: Buffer): Attempt | undefined {
  if (frame.length < ETHERNET_BYTES + 20 || frame.readUInt16BE(12) !== IPV4) return undefined
  const packet = frame.subarray(ETHERNET_BYTES)
  const protocol = PROTOCOLS[packet.readUInt8(9) as keyof typeof PROTOCOLS]
  const fragmentOffset = packet.readUInt16BE(6) & 0x1fff
  if (!protocol || fragmentOffset > 0) return undefined
  const destination = [...packet.subarray(16, 20)].join('.')
  if (protocol === 'icmp') return { protocol, destination, port: 0 }
  const segment = packet.subarray((packet.readUInt8(0) & 0x0f) * 4)
  if (segment.length < 8) return undefined
  const port = segment.readUInt16BE(2)
  if (protocol === 'udp') return port === DHCP_SERVER ? undefined : { protocol, destination, port }
  if (segment.length < 14) return undefined
  const flags = segment.readUInt8(13)
  return flags & SYN && !(flags & ACK) ? { protocol, destination, port } : undefined
}
