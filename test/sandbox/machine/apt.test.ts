import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type AptRepository, startApt } from '../../../sandbox/apt/index.ts'
import { run } from '../../../sandbox/run.ts'

const execute = promisify(execFile)
let dir: string
let repository: AptRepository
let wanted = 0
let broken = false

/** A package of our own: what a Caddy takes to download is for the test of the package. */
async function smallPackage() {
  wanted++
  if (broken) throw new Error('no network')
  const tree = join(dir, 'tree')
  await mkdir(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 })
  const control = [
    ...['Package: caddy', 'Version: 9.9.9', 'Architecture: amd64', 'Maintainer: a <a@b.invalid>'],
    ...['Description: a test', ''],
  ]
  await writeFile(join(tree, 'DEBIAN/control'), control.join('\n'))
  const path = join(dir, 'caddy_9.9.9_amd64.deb')
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, path])
  return [{ path, control: (await run('dpkg-deb', ['--field', path])).trim() }]
}

const start = () =>
  startApt({
    ...{ dir, cache: join(dir, 'cache'), host: '127.0.0.1', port: 0, name: 'localhost' },
    packages: smallPackage,
  })

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apt-'))
  repository = await start()
})
afterAll(async () => {
  await repository.close()
  await rm(dir, { recursive: true })
})

/** apt-get on a root of its own, as a machine would be set up. */
async function apt(keyFile: string, ...args: string[]): Promise<string> {
  const root = join(dir, 'root')
  for (const folder of [
    'etc/apt/preferences.d',
    'var/lib/apt/lists/partial',
    'var/cache/apt/archives/partial',
  ]) {
    await mkdir(join(root, folder), { recursive: true })
  }
  await writeFile(join(root, 'status'), '')
  const { url, suite, component } = repository
  await writeFile(
    join(root, 'etc/apt/sources.list'),
    `deb [signed-by=${keyFile}] ${url} ${suite} ${component}\n`,
  )
  const settings = [
    `Dir=${root}`,
    `Dir::State::status=${join(root, 'status')}`,
    'APT::Architecture=amd64',
    'APT::Sandbox::User=',
    'Debug::NoLocking=1',
    'APT::Update::Error-Mode=any',
  ].flatMap((setting) => ['-o', setting])
  const done = await execute('apt-get', [...settings, ...args], { cwd: root })
  return done.stdout + done.stderr
}

test('makes its packages at the first request, and says why it cannot', async () => {
  expect(wanted).toBe(0)
  broken = true
  const failed = await fetch(`${repository.url}/dists/any-version/InRelease`)
  expect(failed.status).toBe(503)
  expect(await failed.text()).toContain('no network')
  broken = false
  const [one, other] = await Promise.all([repository.warm(), repository.warm()])
  expect([one, other]).toEqual([undefined, undefined])
  expect(wanted).toBe(2)
})

test('apt verifies the repository by its key and downloads the package', async () => {
  expect(await apt(repository.keyFile, 'update')).toContain('InRelease')
  await apt(repository.keyFile, 'download', 'caddy')
  const name = 'caddy_9.9.9_amd64.deb'
  expect(await readFile(join(dir, 'root', name))).toEqual(await readFile(join(dir, name)))
})

test('apt refuses it under any other key', async () => {
  const other = await startApt({ ...{ dir: join(dir, 'other'), cache: dir }, ...HERE })
  await expect(apt(other.keyFile, 'update')).rejects.toThrow(/NO_PUBKEY|not signed|Missing key/)
  await other.close()
})
const HERE = { host: '127.0.0.1', port: 0, name: 'localhost' }

test('names itself as the vendor does', async () => {
  const release = await (await fetch(`${repository.url}/dists/any-version/Release`)).text()
  expect(release).toContain('Origin: cloudsmith/caddy/stable\nLabel: cloudsmith/caddy/stable\n')
  expect(repository).toMatchObject({ suite: 'any-version', component: 'main' })
})

test('the fingerprint is the one that GnuPG finds in the key file', async () => {
  const home = join(dir, 'gnupg')
  await mkdir(home, { mode: 0o700 })
  const { stdout } = await execute('gpg', [
    ...['--homedir', home, '--show-keys', '--with-colons', repository.keyFile],
  ])
  expect(stdout).toContain(`\nfpr:::::::::${repository.fingerprint}:`)
  expect(repository.fingerprint).toMatch(/^[0-9A-F]{40}$/)
})

test('keeps its key over a restart, for its owner alone', async () => {
  const { fingerprint, keyFile } = repository
  await repository.close()
  repository = await start()
  expect(repository.fingerprint).toBe(fingerprint)
  expect(await readFile(keyFile, 'utf8')).toContain('BEGIN PGP PUBLIC KEY BLOCK')
  expect((await stat(join(dir, 'apt', 'signing.key'))).mode & 0o777).toBe(0o600)
})

test('gives nothing but its own files', async () => {
  for (const path of ['/', '/../signing.key', '/pool/%2e%2e/x', '/apt/signing.key']) {
    expect((await fetch(repository.url + path)).status).toBe(404)
  }
  expect((await fetch(repository.url, { method: 'PUT' })).status).toBe(405)
})
