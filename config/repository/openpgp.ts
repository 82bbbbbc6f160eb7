import { createHash } from 'node:crypto'

/**
 * Fingerprint of the primary key in an armoured OpenPGP public key: SHA-1 over 0x99, the packet's
 * length and its body (RFC 9580 5.5.4.2, version 4 keys). Undefined if the text is no such key.
 */
export function fingerprint(armoured: string): string | undefined {
  const body =
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]+\r?\n)*?\r?\n([\s\S]+?)\r?\n(?:=[^\n]+\r?\n)?-----END/.exec(
      armoured,
    )?.[1]
  if (!body) return undefined
  const packet = publicKeyPacket(Buffer.from(body, 'base64'))
  if (packet?.[0] !== 4) return undefined
  const header = Buffer.from([0x99, packet.length >> 8, packet.length & 0xff])
  return createHash('sha1').update(header).update(packet).digest('hex').toUpperCase()
}

/** Body of the first packet if it is a public key (tag 6); both header formats of RFC 9580 4.2. */
function publicKeyPacket(bytes: Buffer): Buffer | undefined {
  const tag = bytes[0] ?? 0
  if (!(tag & 0x80)) return undefined
  if (tag & 0x40) {
    if ((tag & 0x3f) !== 6) return undefined
    const first = bytes[1] ?? 0
    if (first < 192) return bytes.subarray(2, 2 + first)
    if (first < 224) {
      const length = ((first - 192) << 8) + (bytes[2] ?? 0) + 192
      return bytes.subarray(3, 3 + length)
    }
    return undefined
  }
  if (((tag >> 2) & 0xf) !== 6) return undefined
  const width = [1, 2, 4][tag & 3]
  if (!width || bytes.length <= width) return undefined
  return bytes.subarray(1 + width, 1 + width + bytes.readUIntBE(1, width))
}
