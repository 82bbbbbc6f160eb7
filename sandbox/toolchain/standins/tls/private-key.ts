import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { PrivateKeyArgs } from '@pulumi/tls'
import { generated } from '../generated.ts'
import { openSshPrivateKey, openSshPublicKey } from '../openssh.ts'
import { isUnknown, type Value, type Values } from '../server/values.ts'

const ALGORITHMS = ['RSA', 'ECDSA', 'ED25519']
const CURVES = ['P224', 'P256', 'P384', 'P521']

/** `tls.PrivateKey`: a key pair in every form that somebody may ask for. */
export const privateKey = generated<PrivateKeyArgs>({
  inputs: {
    algorithm: {},
    // Both stand in the state whatever the algorithm, so another value for either replaces a key.
    ecdsaCurve: { default: 'P224' },
    rsaBits: { default: 2048 },
  },
  outputs: [
    'privateKeyOpenssh',
    'privateKeyPem',
    'privateKeyPemPkcs8',
    'publicKeyFingerprintMd5',
    'publicKeyFingerprintSha256',
    'publicKeyOpenssh',
    'publicKeyPem',
  ],
  secrets: ['privateKeyOpenssh', 'privateKeyPem', 'privateKeyPemPkcs8'],
  diffListsOutputs: true,
  meta: '{"schema_version":"1"}',
  validate: (inputs, name) => [
    ...oneOf(inputs.algorithm, ALGORITHMS, 'algorithm', `${name}.algorithm`),
    ...oneOf(inputs.ecdsaCurve, CURVES, 'ecdsa_curve', `${name}.ecdsaCurve`),
  ],
  generate(inputs) {
    const pair = keyPair(inputs)
    const der = pair.publicKey.export({ type: 'spki', format: 'der' })
    const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return {
      id: createHash('sha1').update(der).digest('hex'),
      outputs: {
        privateKeyPem: traditionalPem(pair.privateKey),
        privateKeyPemPkcs8: pkcs8,
        publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        ...openSshForms(pair),
      },
    }
  },
})

interface Pair {
  publicKey: KeyObject
  privateKey: KeyObject
}

function keyPair({ algorithm, ecdsaCurve, rsaBits }: Values): Pair {
  if (algorithm === 'RSA') return generateKeyPairSync('rsa', { modulusLength: Number(rsaBits) })
  if (algorithm === 'ED25519') return generateKeyPairSync('ed25519')
  // Node takes OpenSSL's names; its P-224 goes by the curve's older name only.
  const namedCurve = ecdsaCurve === 'P224' ? 'secp224r1' : String(ecdsaCurve).replace('P', 'P-')
  return generateKeyPairSync('ec', { namedCurve })
}

/** PKCS#1 for RSA, SEC 1 for ECDSA; Ed25519 knows PKCS#8 alone. */
function traditionalPem(key: KeyObject): string {
  const type = { rsa: 'pkcs1', ec: 'sec1' }[String(key.asymmetricKeyType)] ?? 'pkcs8'
  return key.export({ type: type as 'pkcs8', format: 'pem' }).toString()
}

function openSshForms({ publicKey, privateKey }: Pair): Values {
  const blob = openSshPublicKey(publicKey)
  if (!blob) {
    // OpenSSH has no P-224: the official plugin leaves these empty as well.
    const empty = ['publicKeyFingerprintMd5', 'publicKeyFingerprintSha256', 'publicKeyOpenssh']
    return Object.fromEntries([...empty, 'privateKeyOpenssh'].map((name) => [name, '']))
  }
  const md5 = createHash('md5').update(blob.bytes).digest('hex')
  const sha256 = createHash('sha256').update(blob.bytes).digest('base64').replaceAll('=', '')
  return {
    publicKeyFingerprintMd5: md5.match(/../g)!.join(':'),
    publicKeyFingerprintSha256: `SHA256:${sha256}`,
    publicKeyOpenssh: `${blob.type} ${blob.bytes.toString('base64')}\n`,
    privateKeyOpenssh: openSshPrivateKey(privateKey, blob),
  }
}

function oneOf(value: Value | undefined, allowed: string[], attribute: string, path: string) {
  if (value === undefined || isUnknown(value) || allowed.includes(String(value))) return []
  const list = allowed.map((word) => JSON.stringify(word)).join(' ')
  return [
    `Invalid Attribute Value Match. Attribute ${attribute} value must be one of: [${list}], ` +
      `got: ${JSON.stringify(value)}. Examine values at '${path}'.`,
  ]
}
