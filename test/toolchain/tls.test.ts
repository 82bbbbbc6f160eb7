/**
 * The stand-in for `tls` answers the official plugin's recordings, and its keys are keys.
 *
 * Left out on purpose: `__pulumi_raw_state_delta` (bookkeeping of the official plugin), and
 * the words in which Handshake is refused. Keys,
 * fingerprints and ids are compared by their form.
 */
import { execFileSync } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh from 'ssh2'
import type { Json } from './messages.ts'
import {
  type Answer,
  normalise,
  type Recorded,
  readRecording,
  recordedAnswer,
  type StandIn,
  startStandIn,
} from './replay.ts'

let tls: StandIn
beforeAll(async () => {
  tls = await startStandIn('tls')
})
afterAll(() => tls.stop())

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** Recorded times as if the recording were of now: a certificate's age is told by the clock. */
function asOfNow(lines: Recorded[]): Recorded[] {
  let recordedAt = Number.NaN
  return lines.map((line) => {
    const made = line.response?.properties as { validityStartTime?: string } | undefined
    const start = Date.parse(made?.validityStartTime ?? '')
    if (line.method === 'Create' && !Number.isNaN(start)) recordedAt = start
    const late = Date.now() - recordedAt
    const request = normalise(line.request, (value) =>
      typeof value === 'string' && TIME.test(value)
        ? new Date(Date.parse(value) + late).toISOString()
        : value,
    )
    return { ...line, request: request as Recorded['request'] }
  })
}

/** The armour, the type of a key and the breaking of lines stay; the rest is random. */
function comparable(answer: Answer): unknown {
  return normalise(answer, (value, key) => {
    if (key === '__pulumi_raw_state_delta') return undefined
    if (key === 'message' && String(value).includes('andshake')) return 'Handshake is refused'
    if (typeof value !== 'string') return value
    if (/^[0-9a-f]{40}$/.test(value)) return 'sha1'
    if (/^\d{30,39}$/.test(value)) return 'serial'
    if (TIME.test(value)) return 'time'
    if (/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/.test(value)) return 'md5'
    return value
      .replace(/^SHA256:[\w+/]{43}$/, 'sha256')
      .replace(/^((ssh|ecdsa)-\S+) (AAAA\w{8})[\w+/=]+\n$/, '$1 $3')
      .replace(/(?<=^-----BEGIN .*\n)([\w+/]{64}\n)*[\w+/=]{1,64}\n(?=-----END)/gm, 'body ')
  })
}

describe.each(['_provider', 'PrivateKey', 'CertRequest', 'SelfSignedCert', 'LocallySignedCert'])(
  '%s',
  (file) => {
    const lines = asOfNow(readRecording<Recorded>('tls', `${file}.jsonl`))
    test.each(lines.map((line, i) => [i, line] as const))('%i', async (_, line) => {
      const answer = await tls.call(line.method, line.request)
      expect({ step: line.step, answer: comparable(answer) }).toEqual({
        step: line.step,
        answer: comparable(recordedAnswer(line)),
      })
    })
  },
)

describe.each([
  [{ algorithm: 'ED25519' }, 'ssh-ed25519'],
  [{ algorithm: 'ECDSA', ecdsaCurve: 'P256' }, 'ecdsa-sha2-nistp256'],
  [{ algorithm: 'ECDSA', ecdsaCurve: 'P384' }, 'ecdsa-sha2-nistp384'],
  [{ algorithm: 'ECDSA', ecdsaCurve: 'P521' }, 'ecdsa-sha2-nistp521'],
  [{ algorithm: 'RSA', rsaBits: 2048 }, 'ssh-rsa'],
])('a key of %j', (properties, type) => {
  let key: Record<string, string>
  beforeAll(async () => {
    const urn = 'urn:pulumi:dev::p::tls:index/privateKey:PrivateKey::k'
    const { response } = await tls.call('Create', { urn, properties })
    key = Object.fromEntries(
      Object.entries(response!.properties as Record<string, string | { value: string }>).map(
        ([name, value]) => [name, typeof value === 'object' ? value.value : value],
      ),
    )
  })

  test('is one key in all its forms', () => {
    const publicKey = createPublicKey(key.publicKeyPem!)
    for (const form of ['privateKeyPem', 'privateKeyPemPkcs8']) {
      expect(createPublicKey(createPrivateKey(key[form]!)).equals(publicKey)).toBe(true)
    }
    const opened = ssh.utils.parseKey(key.privateKeyOpenssh!)
    if (opened instanceof Error) throw opened
    const [one] = [opened].flat()
    expect(`${type} ${one!.getPublicSSH().toString('base64')}\n`).toBe(key.publicKeyOpenssh)
    const signature = one!.sign(Buffer.from('hello'))
    expect(one!.verify(Buffer.from('hello'), signature)).toBe(true)
    const der = publicKey.export({ type: 'spki', format: 'der' })
    expect(key.id).toBe(createHash('sha1').update(der).digest('hex'))
  })

  test('is read by OpenSSH, with the same fingerprints', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-test-'))
    try {
      const file = join(folder, 'key')
      writeFileSync(file, key.privateKeyOpenssh!)
      chmodSync(file, 0o600)
      const keygen = (...args: string[]) =>
        execFileSync('ssh-keygen', [...args, '-f', file], { encoding: 'utf8' })
      expect(keygen('-y').split(' ').slice(0, 2).join(' ').trim()).toBe(
        key.publicKeyOpenssh!.trim(),
      )
      expect(keygen('-l', '-E', 'md5')).toContain(`MD5:${key.publicKeyFingerprintMd5}`)
      expect(keygen('-l')).toContain(key.publicKeyFingerprintSha256)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('certificates of an authority of one’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-test-'))
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function made(type: string, properties: Json): Promise<Record<string, string>> {
    const urn = `urn:pulumi:dev::p::tls:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}::k`
    const { response, error } = await tls.call('Create', { urn, properties })
    if (error) throw new Error(error.message)
    return Object.fromEntries(
      Object.entries(response!.properties as Record<string, string | { value: string }>).map(
        ([name, value]) => [name, typeof value === 'object' ? value.value : value],
      ),
    )
  }

  test('openssl takes the chain, for the name and the purpose alone', async () => {
    const key = async () => made('PrivateKey', { algorithm: 'ECDSA', ecdsaCurve: 'P256' })
    const [rootKey, ownKey] = [await key(), await key()]
    const root = await made('SelfSignedCert', {
      privateKeyPem: rootKey.privateKeyPem,
      subject: { commonName: 'root of a test', organization: 'padlock' },
      isCaCertificate: true,
      validityPeriodHours: 48,
      allowedUses: ['cert_signing', 'crl_signing'],
    })
    const request = await made('CertRequest', {
      privateKeyPem: ownKey.privateKeyPem,
      subject: { commonName: 'a server' },
      dnsNames: ['app.example.test'],
      ipAddresses: ['192.0.2.1'],
    })
    const leaf = await made('LocallySignedCert', {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: rootKey.privateKeyPem,
      caCertPem: root.certPem,
      validityPeriodHours: 24,
      allowedUses: ['digital_signature', 'server_auth'],
    })
    writeFileSync(file('root.pem'), root.certPem!)
    writeFileSync(file('leaf.pem'), leaf.certPem!)
    const verify = (...more: string[]) =>
      openssl('verify', '-x509_strict', '-CAfile', file('root.pem'), ...more, file('leaf.pem'))
    expect(verify('-purpose', 'sslserver', '-verify_hostname', 'app.example.test')).toMatch(/OK/)
    expect(verify('-purpose', 'sslserver', '-verify_ip', '192.0.2.1')).toMatch(/OK/)
    expect(() => verify('-verify_hostname', 'other.example.test')).toThrow(/hostname mismatch/i)
    expect(() => verify('-purpose', 'sslclient')).toThrow(/purpose/)
    const text = openssl('x509', '-in', file('leaf.pem'), '-noout', '-text')
    expect(text).toContain('Version: 3 (0x2)')
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/)
    expect(createPublicKey(leaf.certPem!).equals(createPublicKey(ownKey.publicKeyPem!))).toBe(true)
  })
})
