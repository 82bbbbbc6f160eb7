/** X.509 certificates of the sandbox (RFC 5280): ECDSA P-256, SHA-256, version 3. */
import 'reflect-metadata' // wanted by @peculiar/x509, which does not load it itself
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

type CryptoKey = webcrypto.CryptoKey
type CryptoKeyPair = webcrypto.CryptoKeyPair

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 24 * 60 * 60 * 1000
const ROOT_DAYS = 3653
/** Just under what Apple's systems accept of a certificate under a root that a user added (825). */
const SERVER_DAYS = 800
/** A certificate is valid from a little before now: clocks in machines run behind at boot. */
const BACKDATE_MS = 60 * 60 * 1000

export interface Issuer {
  certificate: x509.X509Certificate
  privateKey: CryptoKey
}

/** The first certificate in a PEM text. */
export function parseCertificate(pem: string): x509.X509Certificate {
  const first = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)
  return new x509.X509Certificate(first?.[0] ?? pem)
}

export async function newKey(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair
}

/** PKCS #8, PEM. */
export async function exportKey(key: CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key)
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`
}

export async function parseKey(pem: string): Promise<CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem)
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign'])
}

/** A self-signed root; its name carries a few digits of its own, to tell two sandboxes apart. */
export async function issueRoot(keys: CryptoKeyPair): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    ...validity(ROOT_DAYS),
    serialNumber: serial(),
    name: `CN=padlock sandbox CA ${randomBytes(3).toString('hex')},O=padlock sandbox`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
}

/** A server's certificate with all its names in the subject alternative name. */
export async function issueServer(
  issuer: Issuer,
  publicKey: CryptoKey,
  names: string[],
  ips: string[],
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    ...validity(SERVER_DAYS),
    serialNumber: serial(),
    subject: `CN=${names[0] ?? ips[0]}`,
    issuer: issuer.certificate.subject,
    publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...ips.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
    ],
  })
}

/** The given intermediate issued under another root: subject, key and key identifier stay. */
export async function issueIntermediate(
  issuer: Issuer,
  given: x509.X509Certificate,
): Promise<x509.X509Certificate> {
  const keyIdentifier = given.getExtension(x509.SubjectKeyIdentifierExtension)
  const end = Math.min(given.notAfter.getTime(), issuer.certificate.notAfter.getTime())
  return x509.X509CertificateGenerator.create({
    notBefore: given.notBefore,
    notAfter: new Date(end),
    serialNumber: serial(),
    subject: given.subjectName,
    issuer: issuer.certificate.subjectName,
    publicKey: given.publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      ...(keyIdentifier ? [keyIdentifier] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate.publicKey),
    ],
  })
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + days * DAY_MS) }
}

/** A random positive serial number of 127 bits, hexadecimal. */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}
