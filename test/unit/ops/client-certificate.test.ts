import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pkcs12 } from '../../../ops/cli/pkcs12.ts'

const PROGRAM = join(__dirname, '../../../ops/cli/pkcs12.ts')
const folder = mkdtempSync(join(tmpdir(), 'pkcs12-test-'))
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
let pair: { certificate: string; key: string }
beforeAll(() => {
  const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => join(folder, name))
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...curve, '-subj', '/CN=alice', '-keyout', key!, '-out', certificate!)
  pair = {
    certificate: readFileSync(certificate!, 'utf8'),
    key: readFileSync(key!, 'utf8'),
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

test('holds certificate and key under the passphrase alone, and leaves nothing behind', async () => {
  // A folder for what is temporary that no other test uses.
  const own = join(folder, 'own')
  mkdirSync(own)
  const file = join(folder, 'alice.p12')
  const program = `import { pkcs12 } from '${PROGRAM}'
process.stdout.write(await pkcs12('alice', ${JSON.stringify(pair)}, 'some words'))`
  const env = { ...process.env, TMPDIR: own }
  const words = ['--input-type=module', '--eval', program]
  writeFileSync(file, execFileSync(process.execPath, words, { env }))
  expect(readdirSync(own)).toEqual([])
  const read = (word: string) => openssl('pkcs12', '-in', file, '-nodes', '-passin', `pass:${word}`)
  expect(read('some words')).toContain('friendlyName: alice')
  expect(read('some words')).toContain('BEGIN PRIVATE KEY')
  expect(() => read('other words')).toThrow(/invalid password|mac verify/i)
})

test('what is no certificate with its key is told in OpenSSL’s words', async () => {
  const nothing = { ...pair, certificate: 'nothing' }
  await expect(pkcs12('alice', nothing, 'some words')).rejects.toThrow(/^openssl pkcs12 fails:\n/)
})

test('a program that is killed leaves no key behind', async () => {
  const [bin, tmp] = [join(folder, 'bin'), join(folder, 'tmp')]
  for (const one of [bin, tmp]) mkdirSync(one)
  const reached = join(folder, 'reached')
  // In the midst of its work, until the program is gone.
  writeFileSync(
    join(bin, 'openssl'),
    `#!/bin/sh\ntouch '${reached}'\nwhile echo; do sleep 1; done\n`,
    { mode: 0o755 },
  )
  const program = `import { pkcs12 } from '${PROGRAM}'
process.once('message', (pair) => pkcs12('alice', pair, 'some words').then(() => process.disconnect()))
process.send('ready')
setInterval(() => undefined, 1000)`
  writeFileSync(join(folder, 'program.mjs'), program)
  const child = spawn(process.execPath, [join(folder, 'program.mjs')], {
    env: { ...process.env, TMPDIR: tmp, PATH: `${bin}:${process.env.PATH}` },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  child.send({ ...pair, key: 'k'.repeat(200_000) })
  while (!existsSync(reached)) await sleep(20)
  const [left] = readdirSync(tmp)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  const files = readdirSync(join(tmp, left!)).map((name) =>
    readFileSync(join(tmp, left!, name), 'utf8'),
  )
  expect(files).toEqual([pair.certificate])
})
