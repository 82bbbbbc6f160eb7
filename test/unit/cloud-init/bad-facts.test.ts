import { type HostFacts, userData } from '../../../cloud-init/index.ts'
import { production, publicKey } from './facts.ts'

const repository = production.caddyRepository
const bootstrap = production.bootstrapHostKey
const key = publicKey('ssh-ed25519', 'x')

const HOSTNAME = 'must be labels of a-z, 0-9 and inner hyphens, joined by dots (RFC 1123)'
const LINE = 'must be one line as in authorized_keys, "ssh-ed25519 AAAA… comment", without options'
const PORT = 'must be a whole number from 1 to 65535'
const URL = 'must be an http or https URL without user, query and fragment'
const FINGERPRINT = 'must be 40 hexadecimal digits without spaces: gpg --show-keys prints it'
const ARMOUR =
  'must be an armoured public key (gpg --armor --export prints it) or an https URL of one'
const SWAP = 'must be a whole number of MiB from 0 (no swap) to 65536'

const table: [Partial<HostFacts>, string][] = [
  [{ hostname: '' }, `hostname is "": ${HOSTNAME}`],
  [{ hostname: 'Padlock' }, `hostname is "Padlock": ${HOSTNAME}`],
  [{ hostname: 'a_b' }, `hostname is "a_b": ${HOSTNAME}`],
  [{ hostname: '-a' }, `hostname is "-a": ${HOSTNAME}`],
  [{ hostname: 'a..b' }, `hostname is "a..b": ${HOSTNAME}`],
  [{ hostname: 'a'.repeat(64) }, `hostname is "${'a'.repeat(64)}": ${HOSTNAME}`],
  [{ adminKeys: [] }, 'adminKeys is []: must hold at least one key'],
  [{ adminKeys: [key, ''] }, `adminKeys[1] is "": ${LINE}`],
  [{ adminKeys: ['ssh-dss AAAA'] }, `adminKeys[0] is "ssh-dss AAAA": ${LINE}`],
  [{ adminKeys: ['ssh-ed25519 AAAA'] }, `adminKeys[0] is "ssh-ed25519 AAAA": ${LINE}`],
  [{ adminKeys: ['ssh-ed25519'] }, `adminKeys[0] is "ssh-ed25519": ${LINE}`],
  [{ adminKeys: [`no-pty ${key}`] }, `adminKeys[0] is "no-pty ${key}": ${LINE}`],
  [{ adminKeys: [`${key}\n${key}`] }, `adminKeys[0] is "${key}\\n${key}": ${LINE}`],
  [
    { adminKeys: [key.replace('ssh-ed25519', 'ssh-rsa')] },
    `adminKeys[0] is "${key.replace('ssh-ed25519', 'ssh-rsa')}": ${LINE}`,
  ],
  [
    { bootstrapHostKey: { ...bootstrap, privateKey: 'hunter2' } },
    'bootstrapHostKey.privateKey is "…": must be a private key in PEM',
  ],
  [
    { bootstrapHostKey: { ...bootstrap, publicKey: key } },
    `bootstrapHostKey.publicKey is "${key}": must be an ecdsa-sha2-nistp256 key: the host’s own key is ed25519, and both are served at once`,
  ],
  [{ sshPort: 0 }, `sshPort is 0: ${PORT}`],
  [{ sshPort: 65536 }, `sshPort is 65536: ${PORT}`],
  [{ sshPort: 80.5 }, `sshPort is 80.5: ${PORT}`],
  [{ sshPort: Number.NaN }, `sshPort is null: ${PORT}`],
  [{ swapMiB: -1 }, `swapMiB is -1: ${SWAP}`],
  [{ swapMiB: 0.5 }, `swapMiB is 0.5: ${SWAP}`],
  ...(
    [
      ['url', 'ftp://example.com', URL],
      ['url', 'https://user@example.com/', URL],
      ['url', 'https://example.com/?a=b', URL],
      ['url', 'https://example.com/$(id)', URL],
      ['url', 'https://example.com/\nSigned-By: /dev/null', URL],
      ['suite', '', 'must be one word'],
      ['suite', 'a b', 'must be one word'],
      ['component', 'main contrib', 'must be one word'],
      ['component', 'main\nTrusted: yes', 'must be one word'],
      ['fingerprint', '', FINGERPRINT],
      ['fingerprint', 'ABCD', FINGERPRINT],
      ['fingerprint', `0x${repository.fingerprint}`, FINGERPRINT],
      ['fingerprint', `${repository.fingerprint.slice(0, 39)}G`, FINGERPRINT],
      ['key', '', ARMOUR],
      ['key', '<html>', ARMOUR],
      ['key', 'http://example.com/key', ARMOUR],
      ['key', 'https://example.com/$(id)', ARMOUR],
    ] as const
  ).map(([fact, value, allowed]): [Partial<HostFacts>, string] => [
    { caddyRepository: { ...repository, [fact]: value } },
    `caddyRepository.${fact} is ${JSON.stringify(value)}: ${allowed}`,
  ]),
]

test.each(table)('%j', (wrong, message) => {
  expect(() => userData({ ...production, ...wrong })).toThrow(
    new Error(`The host cannot be described:\n${message}`),
  )
})

test('all mistakes are told at once', () => {
  expect(() => userData({ ...production, hostname: '', swapMiB: -1 })).toThrow(
    new Error(`The host cannot be described:\nhostname is "": ${HOSTNAME}\nswapMiB is -1: ${SWAP}`),
  )
})
