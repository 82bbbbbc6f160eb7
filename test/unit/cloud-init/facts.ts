import { createHash } from 'node:crypto'
import type { HostFacts } from '../../../cloud-init/index.ts'

/** A public key as OpenSSH writes it, made of a name: the type's own length and then anything. */
export function publicKey(type: string, name: string): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  const rest = createHash('sha256').update(name).digest()
  return `${type} ${Buffer.concat([length, Buffer.from(type), rest]).toString('base64')}`
}

/** Looks like a key and is none, so that no scanner for secrets stumbles over it. */
export const BOOTSTRAP_PRIVATE_KEY = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  Buffer.from('the one-time key of the first connection').toString('base64'),
  '-----END OPENSSH PRIVATE KEY-----',
  '',
].join('\n')

const REPOSITORY_KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawJsDBYJKwYBBAHaRw8BAQdAIbG0u+6N0bs/sLdQSu8fqbZX1SKT6R5Oxu/n
JM9sOIO0IVRlc3QgcmVwb3NpdG9yeSA8YXB0QGV4YW1wbGUuY29tPoiQBBMWCAA4
FiEEAWmBZoVJB1ohgNQz77fha0StkHoFAmsCbAwCGwMFCwkIBwIGFQoJCAsCBBYC
AwECHgECF4AACgkQ77fha0StkHqZ9QEA0LR/dNfxkvqk4A9G8WvLttawvaV3V68D
kEp2w9o2degBALQ9hnm9EuoCKbExJ9qWNbiI/HIHF99F8k+hfCFSC5gH
=ShN2
-----END PGP PUBLIC KEY BLOCK-----
`

export const production: HostFacts = {
  hostname: 'padlock-prod',
  adminKeys: [`${publicKey('ssh-ed25519', 'admin')} admin@example.com`],
  bootstrapHostKey: {
    privateKey: BOOTSTRAP_PRIVATE_KEY,
    publicKey: `${publicKey('ecdsa-sha2-nistp256', 'bootstrap')}\n`,
  },
  sshPort: 22,
  caddyRepository: {
    url: 'https://apt.example.com/caddy/deb/debian',
    suite: 'any-version',
    component: 'main',
    key: REPOSITORY_KEY,
    fingerprint: '016981668549075A2180D433EFB7E16B44AD907A',
  },
  swapMiB: 1024,
}

/** Hosts that differ in what a host can differ in. */
export const variants: Record<string, HostFacts> = {
  production,
  'high-ports': {
    ...production,
    hostname: 'padlock-dev',
    sshPort: 2222,
    caddyRepository: {
      ...production.caddyRepository,
      url: 'http://apt.example.com:8473',
      suite: 'stable',
      fingerprint: production.caddyRepository.fingerprint.toLowerCase(),
    },
  },
  'fetched-key': {
    ...production,
    caddyRepository: {
      ...production.caddyRepository,
      key: 'https://apt.example.com/caddy/gpg.key',
    },
  },
  'no-swap': { ...production, swapMiB: 0 },
  'several-keys': {
    ...production,
    adminKeys: [
      `${publicKey('ssh-ed25519', 'ada')} ada@example.com`,
      publicKey('ssh-rsa', 'grace'),
      `${publicKey('sk-ssh-ed25519@openssh.com', 'lin')} lin's "token": #1`,
      `  ${publicKey('ecdsa-sha2-nistp256', 'may')}\n`,
    ],
  },
}
