import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pkcs12 } from '../../../ops/cli/pkcs12.ts'

const folder = mkdtempSync(join(tmpdir(), 'pkcs12-test-'))
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
let pem: string
beforeAll(() => {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name))
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...curve, '-subj', '/CN=alice', '-keyout', key!, '-out', certificate!)
  pem = execFileSync('cat', [certificate!, key!], { encoding: 'utf8' })
})
afterAll(() => rmSync(folder, { recursive: true }))

test('holds certificate and key under the passphrase alone, and leaves nothing behind', async () => {
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('padlock-client-'))
  const before = left()
  const file = join(folder, 'alice.p12')
  writeFileSync(file, await pkcs12('alice', pem, 'some words'))
  expect(left()).toEqual(before)
  const read = (word: string) => openssl('pkcs12', '-in', file, '-nodes', '-passin', `pass:${word}`)
  expect(read('some words')).toContain('friendlyName: alice')
  expect(read('some words')).toContain('BEGIN PRIVATE KEY')
  expect(() => read('other words')).toThrow(/invalid password|mac verify/i)
})

test('what is no certificate with its key is told in OpenSSL’s words', async () => {
  await expect(pkcs12('alice', 'nothing', 'some words')).rejects.toThrow(/^openssl pkcs12 fails:\n/)
})
