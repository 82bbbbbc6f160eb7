import { wrongSshKey } from '../config/ssh-key.ts'

/** What a host is made from. */
export interface HostFacts {
  /** The host's own name, RFC 1123. */
  hostname: string
  /** authorized_keys lines for the user `admin`. */
  adminKeys: string[]
  /** One-time ECDSA P-256 host key in OpenSSH's forms; worthless once the host has its own. */
  bootstrapHostKey: { privateKey: string; publicKey: string }
  sshPort: number
  caddyRepository: {
    url: string
    suite: string
    component: string
    /** Armoured public key, or the https URL that the host fetches it from. */
    key: string
    /** Fingerprint of the primary key, 40 hexadecimal digits. */
    fingerprint: string
  }
  /** Swap file, MiB; 0 = none. */
  swapMiB: number
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const ARMOUR =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[\s\S]+\n-----END PGP PUBLIC KEY BLOCK-----\s*$/

/** Without what a shell would take for more than a word. */
export const KEY_URL = /^https:\/\/[A-Za-z0-9.:_~/-]+$/

/** Throws one error that lists every error: the fact, its value, and what is allowed. */
export function check(facts: HostFacts): void {
  const problems: string[] = []
  const expect = (good: boolean, fact: string, value: unknown, allowed: string) => {
    if (!good) problems.push(`${fact} is ${JSON.stringify(value)}: ${allowed}`)
  }
  const { caddyRepository: repository, bootstrapHostKey: bootstrap } = facts

  expect(
    facts.hostname.length <= 253 && facts.hostname.split('.').every((label) => LABEL.test(label)),
    'hostname',
    facts.hostname,
    'must be labels of a-z, 0-9 and inner hyphens, joined by dots (RFC 1123)',
  )

  expect(facts.adminKeys.length > 0, 'adminKeys', facts.adminKeys, 'must hold at least one key')
  facts.adminKeys.forEach((line, index) => {
    expect(
      wrongSshKey(line) === undefined,
      `adminKeys[${index}]`,
      line,
      'must be one line as in authorized_keys, "ssh-ed25519 AAAA… comment", without options',
    )
  })

  // The private key's value is never repeated.
  expect(
    /^-----BEGIN (EC|OPENSSH) PRIVATE KEY-----\n[\s\S]+\n-----END \1 PRIVATE KEY-----\s*$/.test(
      bootstrap.privateKey,
    ),
    'bootstrapHostKey.privateKey',
    '…',
    'must be a private key in PEM',
  )
  expect(
    bootstrap.publicKey.startsWith('ecdsa-sha2-nistp256 ') &&
      wrongSshKey(bootstrap.publicKey) === undefined,
    'bootstrapHostKey.publicKey',
    bootstrap.publicKey,
    'must be an ecdsa-sha2-nistp256 key: the host’s own key is ed25519, and both are served at once',
  )

  expect(
    Number.isInteger(facts.sshPort) && facts.sshPort >= 1 && facts.sshPort <= 65535,
    'sshPort',
    facts.sshPort,
    'must be a whole number from 1 to 65535',
  )

  expect(
    /^https?:\/\/[A-Za-z0-9.:_~/-]+$/.test(repository.url),
    'caddyRepository.url',
    repository.url,
    'must be an http or https URL without user, query and fragment',
  )
  for (const fact of ['suite', 'component'] as const) {
    expect(
      /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(repository[fact]),
      `caddyRepository.${fact}`,
      repository[fact],
      'must be one word',
    )
  }
  expect(
    /^[0-9A-Fa-f]{40}$/.test(repository.fingerprint),
    'caddyRepository.fingerprint',
    repository.fingerprint,
    'must be 40 hexadecimal digits without spaces: gpg --show-keys prints it',
  )
  expect(
    ARMOUR.test(repository.key) || KEY_URL.test(repository.key),
    'caddyRepository.key',
    abbreviated(repository.key),
    'must be an armoured public key (gpg --armor --export prints it) or an https URL of one',
  )

  expect(
    Number.isInteger(facts.swapMiB) && facts.swapMiB >= 0 && facts.swapMiB <= 65536,
    'swapMiB',
    facts.swapMiB,
    'must be a whole number of MiB from 0 (no swap) to 65536',
  )

  if (problems.length > 0) throw new Error(`The host cannot be described:\n${problems.join('\n')}`)
}

function abbreviated(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
