/** Keys, names and extensions of certificates, from the texts and names of the `tls` package. */
import 'reflect-metadata' // wanted by @peculiar/x509, which does not load it itself
import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { isObject, type Value, type Values } from '../server/values.ts'

type Algorithm = x509.Pkcs10CertificateRequestCreateParams['signingAlgorithm']

/** A private key as `tls` resources take it, ready to sign. */
export interface Signer {
  keys: { privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }
  signingAlgorithm: Algorithm
  /** `RSA`, `ECDSA` or `ED25519`. */
  keyAlgorithm: string
  /** SubjectPublicKeyInfo, DER. */
  spki: Buffer
}

const CURVES: Record<string, [string, string]> = {
  prime256v1: ['P-256', 'SHA-256'],
  secp384r1: ['P-384', 'SHA-384'],
  secp521r1: ['P-521', 'SHA-512'],
}

/** @throws Error in the official plugin's words for what is no key */
export async function signer(pem: string): Promise<Signer> {
  if (!pem.includes('-----BEGIN')) {
    const rest = `decoded bytes 0, undecoded ${Buffer.byteLength(pem)}`
    throw new Error(`Failed to parse private key PEM: failed to decode PEM block: ${rest}`)
  }
  const key = createPrivateKey(pem)
  const { algorithm, keyAlgorithm } = algorithmOf(key)
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' })
  const { subtle } = webcrypto
  return {
    keys: {
      privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
      publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm as Algorithm,
    keyAlgorithm,
    spki,
  }
}

function algorithmOf(key: KeyObject) {
  if (key.asymmetricKeyType === 'rsa') {
    return { algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, keyAlgorithm: 'RSA' }
  }
  if (key.asymmetricKeyType === 'ed25519') {
    return { algorithm: { name: 'Ed25519' }, keyAlgorithm: 'ED25519' }
  }
  const [namedCurve, hash] = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? []
  if (!namedCurve || !hash) throw new Error('this stand-in signs with P-256, P-384 and P-521 alone')
  return { algorithm: { name: 'ECDSA', namedCurve, hash }, keyAlgorithm: 'ECDSA' }
}

/** In the order in which Go's crypto/x509/pkix writes them. */
const ATTRIBUTES: [string, string][] = [
  ['country', 'C'],
  ['organization', 'O'],
  ['organizationalUnit', 'OU'],
  ['locality', 'L'],
  ['province', 'ST'],
  ['streetAddresses', '2.5.4.9'],
  ['postalCode', '2.5.4.17'],
  ['commonName', 'CN'],
  ['serialNumber', '2.5.4.5'],
  ['emailAddress', 'E'],
]

export function subjectName(subject: Value | undefined): x509.Name {
  const given = isObject(subject) ? subject : {}
  const parts = ATTRIBUTES.flatMap(([name, attribute]) =>
    [given[name] ?? []].flat().map((value) => ({ [attribute]: [String(value)] })),
  )
  return new x509.Name(parts)
}

/** None where there are no names at all. */
export function alternativeNames(inputs: Values): x509.SubjectAlternativeNameExtension[] {
  const texts = (name: string) => [inputs[name] ?? []].flat().map(String)
  const bad = texts('ipAddresses').find((address) => isIP(address) === 0)
  if (bad !== undefined) throw new Error(`Invalid IP address: Failed to parse "${bad}"`)
  const names = [
    ...texts('dnsNames').map((value) => ({ type: 'dns' as const, value })),
    ...texts('ipAddresses').map((value) => ({ type: 'ip' as const, value })),
    ...texts('uris').map((value) => ({ type: 'url' as const, value })),
  ]
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []
}

const { KeyUsageFlags } = x509
const KEY_USAGES: Record<string, x509.KeyUsageFlags> = {
  digital_signature: KeyUsageFlags.digitalSignature,
  content_commitment: KeyUsageFlags.nonRepudiation,
  key_encipherment: KeyUsageFlags.keyEncipherment,
  data_encipherment: KeyUsageFlags.dataEncipherment,
  key_agreement: KeyUsageFlags.keyAgreement,
  cert_signing: KeyUsageFlags.keyCertSign,
  crl_signing: KeyUsageFlags.cRLSign,
  encipher_only: KeyUsageFlags.encipherOnly,
  decipher_only: KeyUsageFlags.decipherOnly,
}
const EXTENDED_USAGES: Record<string, string> = {
  any_extended: '2.5.29.37.0',
  server_auth: '1.3.6.1.5.5.7.3.1',
  client_auth: '1.3.6.1.5.5.7.3.2',
  code_signing: '1.3.6.1.5.5.7.3.3',
  email_protection: '1.3.6.1.5.5.7.3.4',
  ipsec_end_system: '1.3.6.1.5.5.7.3.5',
  ipsec_tunnel: '1.3.6.1.5.5.7.3.6',
  ipsec_user: '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  ocsp_signing: '1.3.6.1.5.5.7.3.9',
  microsoft_server_gated_crypto: '1.3.6.1.4.1.311.10.3.3',
  netscape_server_gated_crypto: '2.16.840.1.113730.4.1',
  microsoft_commercial_code_signing: '1.3.6.1.4.1.311.2.1.22',
  microsoft_kernel_code_signing: '1.3.6.1.4.1.311.61.1.1',
}

/** Every word that `allowedUses` may hold, sorted. */
export const USES = [...Object.keys(KEY_USAGES), ...Object.keys(EXTENDED_USAGES)].sort()

/** Key usage is critical, extended key usage is not; either only if any is wanted. */
export function usages(allowed: Value | undefined): x509.Extension[] {
  const words = [allowed ?? []].flat().map(String)
  const flags = words.reduce((sum, word) => sum | (KEY_USAGES[word] ?? 0), 0)
  const extended = words.flatMap((word) => EXTENDED_USAGES[word] ?? [])
  return [
    ...(flags > 0 ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
  ]
}
