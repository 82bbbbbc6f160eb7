import { isIP } from 'node:net'

/** Checks of single texts: each answers what is wrong, beginning with a verb, or undefined. */

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/

/** A lower-case DNS name of at least two labels (RFC 1035 2.3.4: 253 characters, labels of 63). */
export function dnsName(text: string): string | undefined {
  if (text === '') return 'is not set'
  if (text !== text.toLowerCase()) return 'has capital letters'
  if (text.endsWith('.')) return 'ends in a dot'
  if (text.length > 253) return 'is longer than 253 characters'
  if (isIP(text)) return 'is an address, not a name'
  if (!text.includes('.')) return 'has no dot'
  return text.split('.').every((label) => LABEL.test(label)) ? undefined : 'is not a DNS name'
}

/** `@` for the zone itself, or one or more labels. */
export function subdomain(text: string): string | undefined {
  if (text === '' || text === '@') return undefined
  if (text.includes('*')) return 'is a wildcard'
  return text.split('.').every((label) => LABEL.test(label)) ? undefined : 'is not a DNS label'
}

/** A minute in UTC, `2026-11-23T09:00Z`: ISO 8601 without seconds, one spelling for one time. */
export function utcMinute(text: string): string | undefined {
  if (text === '') return undefined
  const time = new Date(text)
  const same = !Number.isNaN(time.getTime()) && `${time.toISOString().slice(0, 16)}Z` === text
  return same ? undefined : 'is not a time in UTC'
}

/** A network in CIDR notation (RFC 4632, RFC 4291 2.3). */
export function cidr(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (!version || rest.length > 0) return 'is not a network'
  if (bits === undefined) return 'has no prefix length'
  const most = version === 4 ? 32 : 128
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? undefined : 'has a bad prefix length'
}

/** The shape of an address that can own a mailbox; delivery is the identity provider's to prove. */
export function email(text: string): string | undefined {
  if (text.includes('*')) return 'is a wildcard'
  return /^[^\s@<>()",;:\\]+@[^\s@]+$/.test(text) &&
    !dnsName(text.split('@')[1]?.toLowerCase() ?? '')
    ? undefined
    : 'is not an e-mail address'
}

/** An e-mail domain, without the @. */
export function emailDomain(text: string): string | undefined {
  if (text.includes('*')) return 'is a wildcard'
  if (text.includes('@')) return 'contains an @'
  return dnsName(text.toLowerCase())
}

const KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-rsa',
]

/** One authorized_keys line without options (sshd(8)). */
export function sshPublicKey(text: string): string | undefined {
  if (text.includes('PRIVATE KEY')) return 'is a private key'
  if (/[\r\n]/.test(text.trim())) return 'has more than one line'
  const [type = '', blob = ''] = text.trim().split(/\s+/)
  if (!KEY_TYPES.includes(type)) return 'is not an ssh public key'
  const bytes = Buffer.from(blob, 'base64')
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0
  return bytes.subarray(4, 4 + length).toString() === type
    ? undefined
    : 'is a damaged ssh public key'
}

/** An absolute https URL without user, query or fragment. */
export function httpsUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL'
  const url = new URL(text)
  if (url.protocol !== 'https:') return 'is not https'
  if (url.username || url.password) return 'carries a user name or password'
  return url.search || url.hash ? 'has a query or a fragment' : undefined
}

/** http is good enough where every file is verified by a signature, as apt does. */
export function aptUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL'
  const url = new URL(text)
  if (!['http:', 'https:'].includes(url.protocol)) return 'is neither http nor https'
  return url.username || url.password ? 'carries a user name or password' : undefined
}

/** `host` or `host:port`. */
export function hostAndPort(text: string): string | undefined {
  if (text.includes('/')) return 'is a URL, not a host'
  const [host = '', port, ...rest] = text.split(':')
  if (rest.length > 0) return 'is not a host'
  if (
    port !== undefined &&
    !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)
  ) {
    return 'has a bad port'
  }
  return host === 'localhost' ? undefined : dnsName(host)
}

/** An image by digest (OCI image spec: sha256, 64 hex digits); a tag may stand beside it. */
export function imageByDigest(text: string): string | undefined {
  if (!/^[a-z0-9.-]+(:\d+)?\/[a-z0-9._/-]+(:[\w.-]+)?(@.+)?$/.test(text)) {
    return 'is not an image name with its registry'
  }
  if (!text.includes('@')) return 'names no digest, so that a later pull could bring another image'
  return /@sha256:[0-9a-f]{64}$/.test(text) ? undefined : 'has a bad digest'
}
