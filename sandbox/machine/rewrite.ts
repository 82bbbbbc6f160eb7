import { ETHERNET_BYTES, IPV4 } from './packet.ts'

const TCP = 6
const IP_CHECKSUM = 10
const TCP_CHECKSUM = 16
const AT = { source: 12, destination: 16 }

/**
 * Replaces an address in frames, in place, and puts their checksums right (RFC 791, 9293).
 * @returns what to do with each frame: false for one that has the address and is no whole TCP segment,
 *   in which it stays
 */
export function rewriting(
  which: keyof typeof AT,
  from: string,
  to: string,
): (frame: Buffer) => boolean {
  const [before, after] = [bytesOf(from), bytesOf(to)]
  return (frame) => {
    if (frame.length < ETHERNET_BYTES + 20 || frame.readUInt16BE(12) !== IPV4) return true
    const packet = frame.subarray(ETHERNET_BYTES)
    const address = packet.subarray(AT[which], AT[which] + 4)
    if (!address.equals(before)) return true
    const segment = packet.subarray((packet.readUInt8(0) & 0x0f) * 4)
    const fragment = packet.readUInt16BE(6) & 0x3fff
    if (packet.readUInt8(9) !== TCP || fragment !== 0 || segment.length < 20) return false
    after.copy(address)
    mend(packet, IP_CHECKSUM, before, after)
    // It covers both addresses as well.
    mend(segment, TCP_CHECKSUM, before, after)
    return true
  }
}

/** Brings a checksum in line with two words that have changed (RFC 1624, equation 3). */
function mend(header: Buffer, at: number, before: Buffer, after: Buffer): void {
  let sum = ~header.readUInt16BE(at) & 0xffff
  for (const word of [0, 2]) {
    sum += (~before.readUInt16BE(word) & 0xffff) + after.readUInt16BE(word)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  header.writeUInt16BE(~sum & 0xffff, at)
}

const bytesOf = (address: string): Buffer => Buffer.from(address.split('.').map(Number))
