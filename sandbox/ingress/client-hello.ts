/** What the first bytes of a connection tell: the name asked for, nothing of the kind, or too little yet. */
export type Peek = { name: string | undefined } | 'more'

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
const HOST_NAME = 0
/** A ClientHello longer than this is nobody's: browsers' have up to 2 KiB. */
const MAX_BYTES = 64 * 1024

/**
 * The server name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3), which may be
 * split over several records; no name if it has none, or if this is not TLS.
 */
export function serverName(bytes: Buffer): Peek {
  const handshake = joinRecords(bytes)
  if (handshake === undefined || bytes.length > MAX_BYTES) return { name: undefined }
  if (handshake.length < 4) return 'more'
  if (handshake[0] !== CLIENT_HELLO) return { name: undefined }
  const end = 4 + handshake.readUIntBE(1, 3)
  if (handshake.length < end) return 'more'
  try {
    return { name: nameIn(handshake.subarray(4, end)) }
  } catch {
    // A length that points past the end.
    return { name: undefined }
  }
}

/** The handshake bytes of all whole or begun records; undefined if one is of another kind. */
function joinRecords(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== HANDSHAKE_RECORD) return at === 0 ? undefined : Buffer.concat(parts)
    if (at + 5 > bytes.length) break
    const length = bytes.readUInt16BE(at + 3)
    parts.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return Buffer.concat(parts)
}

function nameIn(hello: Buffer): string | undefined {
  let at = 2 + 32 // version, random
  at += 1 + hello.readUInt8(at) // session id
  at += 2 + hello.readUInt16BE(at) // cipher suites
  at += 1 + hello.readUInt8(at) // compression methods
  if (at === hello.length) return undefined
  const end = at + 2 + hello.readUInt16BE(at)
  for (at += 2; at < end; ) {
    const type = hello.readUInt16BE(at)
    const length = hello.readUInt16BE(at + 2)
    if (type === SERVER_NAME) return hostName(hello.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}

function hostName(list: Buffer): string | undefined {
  for (let at = 2; at < list.length; ) {
    const length = list.readUInt16BE(at + 1)
    const name = list.subarray(at + 3, at + 3 + length)
    if (list.readUInt8(at) === HOST_NAME) return name.toString('latin1').toLowerCase()
    at += 3 + length
  }
  return undefined
}
