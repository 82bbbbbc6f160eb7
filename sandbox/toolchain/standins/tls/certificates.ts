import 'reflect-metadata' // wanted by @peculiar/x509, which does not load it itself
import { randomBytes } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { LocallySignedCertArgs, SelfSignedCertArgs } from '@pulumi/tls'
import { generated, type Renewal } from '../generated.ts'
import type { Value, Values } from '../server/values.ts'
import { alternativeNames, type Signer, signer, subjectName, USES, usages } from './x509.ts'

const HOUR_MS = 60 * 60 * 1000
/** Subject alternative name (RFC 5280, 4.2.1.6); a request knows its extensions by number alone. */
const ALTERNATIVE_NAMES = '2.5.29.17'
const DEFAULTS = { earlyRenewalHours: { default: 0 }, isCaCertificate: { default: false } }

/** The official plugin judges by its clock at every diff, without a refresh. */
const renewal: Renewal = {
  input: 'earlyRenewalHours',
  output: 'readyForRenewal',
  due({ validityEndTime, validityPeriodHours, earlyRenewalHours }) {
    const early = Number(earlyRenewalHours ?? 0)
    const end = Date.parse(String(validityEndTime))
    if (Number.isNaN(end)) return early >= Number(validityPeriodHours)
    return Date.now() >= end - early * HOUR_MS
  },
}

/** `tls.SelfSignedCert`: usually the root of an authority of one's own. */
export const selfSignedCert = generated<SelfSignedCertArgs>({
  inputs: {
    ...DEFAULTS,
    allowedUses: {},
    dnsNames: {},
    ipAddresses: {},
    maxPathLength: {},
    privateKeyPem: {},
    privateKeyPemWo: {},
    privateKeyPemWoVersion: {},
    setAuthorityKeyId: { default: false },
    setSubjectKeyId: { default: false },
    subject: {},
    uris: {},
    validityPeriodHours: {},
  },
  outputs: ['certPem', 'keyAlgorithm', 'validityEndTime', 'validityStartTime'],
  secrets: [],
  secretInputs: ['privateKeyPem'],
  computed: ['maxPathLength'],
  renewal,
  validate,
  async generate(inputs) {
    const own = await signer(String(inputs.privateKeyPem))
    const extensions = inputs.setAuthorityKeyId
      ? [await x509.AuthorityKeyIdentifierExtension.create(own.keys.publicKey)]
      : []
    return issue(inputs, {
      by: own,
      issuer: subjectName(inputs.subject),
      subject: subjectName(inputs.subject),
      publicKey: own.keys.publicKey,
      extensions: [...alternativeNames(inputs), ...extensions],
      outputs: { keyAlgorithm: own.keyAlgorithm },
    })
  },
})

/** `tls.LocallySignedCert`: a request, signed with an authority's key. */
export const locallySignedCert = generated<LocallySignedCertArgs>({
  inputs: {
    ...DEFAULTS,
    allowedUses: {},
    caCertPem: {},
    caPrivateKeyPem: {},
    caPrivateKeyPemWo: {},
    caPrivateKeyPemWoVersion: {},
    certRequestPem: {},
    maxPathLength: {},
    setSubjectKeyId: { default: false },
    validityPeriodHours: {},
  },
  outputs: ['caKeyAlgorithm', 'certPem', 'validityEndTime', 'validityStartTime'],
  secrets: [],
  secretInputs: ['caPrivateKeyPem'],
  computed: ['maxPathLength'],
  renewal,
  validate,
  async generate(inputs) {
    const request = requestOf(String(inputs.certRequestPem))
    const by = await signer(String(inputs.caPrivateKeyPem))
    const authority = new x509.X509Certificate(String(inputs.caCertPem))
    if (!by.spki.equals(Buffer.from(authority.publicKey.rawData))) {
      throw new Error(
        "Failed to create certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
      )
    }
    const names = request.getExtension(ALTERNATIVE_NAMES)
    const keyId = authority.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
    return issue(inputs, {
      by,
      issuer: authority.subjectName,
      subject: request.subjectName,
      publicKey: request.publicKey,
      extensions: [
        ...(names ? [names] : []),
        ...(keyId ? [new x509.AuthorityKeyIdentifierExtension(keyId)] : []),
      ],
      outputs: { caKeyAlgorithm: by.keyAlgorithm },
    })
  },
})

function requestOf(pem: string): x509.Pkcs10CertificateRequest {
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) {
    throw new Error(
      'Failed to parse certificate request PEM: failed to decode PEM of expected type "CERTIFICATE REQUEST" from bytes',
    )
  }
  return new x509.Pkcs10CertificateRequest(pem)
}

interface Certified {
  by: Signer
  issuer: x509.Name
  subject: x509.Name
  publicKey: x509.PublicKeyType
  extensions: x509.Extension[]
  outputs: Values
}

async function issue(inputs: Values, certified: Certified) {
  const start = new Date()
  const end = new Date(start.getTime() + Number(inputs.validityPeriodHours) * HOUR_MS)
  const serial = randomBytes(16)
  const authority = inputs.isCaCertificate === true
  const path = inputs.maxPathLength === undefined ? undefined : Number(inputs.maxPathLength)
  const withKeyId = authority || inputs.setSubjectKeyId === true
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString('hex'),
    // A certificate's times are whole seconds.
    notBefore: new Date(Math.floor(start.getTime() / 1000) * 1000),
    notAfter: new Date(Math.floor(end.getTime() / 1000) * 1000),
    issuer: certified.issuer.toJSON(),
    subject: certified.subject.toJSON(),
    publicKey: certified.publicKey,
    signingKey: certified.by.keys.privateKey,
    signingAlgorithm: certified.by.signingAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(authority, path, true),
      ...usages(inputs.allowedUses),
      ...(withKeyId ? [await x509.SubjectKeyIdentifierExtension.create(certified.publicKey)] : []),
      ...certified.extensions,
    ],
  })
  return {
    id: BigInt(`0x${serial.toString('hex')}`).toString(),
    outputs: {
      ...certified.outputs,
      certPem: `${certificate.toString('pem')}\n`,
      validityStartTime: start.toISOString(),
      validityEndTime: end.toISOString(),
    },
  }
}

function validate({ allowedUses, earlyRenewalHours, validityPeriodHours }: Values, name: string) {
  const uses = Array.isArray(allowedUses) ? allowedUses : []
  const list = USES.map((word) => JSON.stringify(word)).join(' ')
  return [
    ...uses.flatMap((use, index) =>
      typeof use !== 'string' || USES.includes(use)
        ? []
        : [
            `Invalid Attribute Value Match. Attribute allowed_uses[${index}] value must be one of: [${list}], got: ${JSON.stringify(use)}. Examine values at '${name}.allowedUses[${index}]'.`,
          ],
    ),
    ...notNegative(earlyRenewalHours, 'early_renewal_hours', `${name}.earlyRenewalHours`),
    ...notNegative(validityPeriodHours, 'validity_period_hours', `${name}.validityPeriodHours`),
  ]
}

function notNegative(value: Value | undefined, attribute: string, path: string): string[] {
  if (typeof value !== 'number' || value >= 0) return []
  return [
    `Invalid Attribute Value. Attribute ${attribute} value must be at least 0, got: ${value}. Examine values at '${path}'.`,
  ]
}
