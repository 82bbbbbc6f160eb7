import { type KeyObject, randomBytes } from 'node:crypto'

/** A public key as SSH sends it (RFC 4253 section 6.6): its type's name and its bytes. */
export interface PublicBlob {
  type: string
  bytes: Buffer
}

/** RFC 5656 section 10.1; P-224 has no name in SSH. */
const CURVES: Record<string, string> = {
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
}

/** The public key in SSH's form, undefined for a curve that SSH does not know. */
export function openSshPublicKey(key: KeyObject): PublicBlob | undefined {
  if (key.asymmetricKeyDetails?.namedCurve === 'secp224r1') return undefined
  const jwk = key.export({ format: 'jwk' })
  if (jwk.kty === 'OKP') {
    const type = 'ssh-ed25519'
    return { type, bytes: Buffer.concat([string(type), string(bytes(jwk.x))]) }
  }
  if (jwk.kty === 'RSA') {
    const type = 'ssh-rsa'
    return { type, bytes: Buffer.concat([string(type), mpint(jwk.e), mpint(jwk.n)]) }
  }
  const curve = CURVES[jwk.crv ?? '']
  if (!curve) return undefined
  const type = `ecdsa-sha2-${curve}`
  const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)])
  return { type, bytes: Buffer.concat([string(type), string(curve), string(point)]) }
}

/** The private key in OpenSSH's own format, unencrypted (OpenSSH's PROTOCOL.key). */
export function openSshPrivateKey(key: KeyObject, blob: PublicBlob): string {
  const check = randomBytes(4)
  const secrets = Buffer.concat([check, check, privateFields(key, blob), string('')])
  // Padded with 1, 2, 3, … to the cipher's block, which is 8 bytes for none.
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secrets.length % 8)) % 8))
  const all = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(blob.bytes),
    string(Buffer.concat([secrets, padding])),
  ])
  const lines = all
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function privateFields(key: KeyObject, blob: PublicBlob): Buffer {
  const jwk = key.export({ format: 'jwk' })
  if (jwk.kty === 'OKP') {
    const [seed, point] = [bytes(jwk.d), bytes(jwk.x)]
    return Buffer.concat([string(blob.type), string(point), string(Buffer.concat([seed, point]))])
  }
  // The public fields stand first, as in the blob; …
  if (jwk.kty === 'EC') return Buffer.concat([blob.bytes, mpint(jwk.d)])
  // … only RSA has modulus and exponent the other way round.
  const numbers = [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(mpint)
  return Buffer.concat([string(blob.type), ...numbers])
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url')
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer
}

function string(value: string | Buffer): Buffer {
  const content = Buffer.from(value as string)
  return Buffer.concat([uint32(content.length), content])
}

/** A positive number: no leading zeros, but one if the first bit is set (RFC 4251 section 5). */
function mpint(base64url: string | undefined): Buffer {
  const number = bytes(base64url)
  let start = 0
  while (start < number.length && number[start] === 0) start++
  const trimmed = number.subarray(start)
  const sign = (trimmed[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0)
  return string(Buffer.concat([sign, trimmed]))
}
