/** Exports of a stack's state beside the backups: restic as Debian has it, against a real S3 server. */

import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Key } from '../spaces/account.ts'
import { newFleet } from './fleet.ts'
import type { Outcome, Place } from './place.ts'

jest.setTimeout(400_000)

const PASSPHRASE = 'correct-horse-battery-staple-of-32'
const root = join(import.meta.dirname, '../../..')
const fleet = newFleet()
let place: Place
let key: Key
let order: Record<string, unknown>

beforeAll(async () => {
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  key = made.key
  // A database alone, or nothing yet: the state has a repository of its own.
  order = { ...made.order, database: false, files: false }
  place = await fleet.place()
  await place.must('up', order)
})

const deployment = (serial: number) =>
  JSON.stringify({ version: 3, deployment: { resources: [{ urn: `urn:${serial}` }] } }, null, 4)
const sent = (serial: number, more: object = {}) => ({
  ...{ stack: 'production', export: deployment(serial), settings: 'encryptionsalt: v1:abc=\n' },
  ...more,
})
const states = async (ahead = 0) => {
  const { stdout } = await place.backup('show', undefined, ahead)
  const { backups } = JSON.parse(stdout) as { backups: { what: string; state: string }[] }
  return Object.fromEntries(backups.map(({ what, state }) => [what, state]))
}

/** The block of docs/worst-day.md, in a folder with access.json, as a computer without padlock runs it. */
async function asDocumented(folder: string): Promise<Outcome> {
  const page = readFileSync(join(root, 'docs/worst-day.md'), 'utf8')
  const [, block = ''] = /state\.test\.ts runs this block -->\n```sh\n(.*?)```/s.exec(page) ?? []
  const { bucket, endpoint, prefix, region, passphrase } = order
  // As the one of copy.json, which leaves no lock.
  const reader = await fleet.storage.key('reader', { bucket: 'shop-backups', permission: 'read' })
  const key = { key: reader.accessKeyId, secret: reader.secretAccessKey }
  const access = { endpoint, region, bucket, ...key, prefix, passphrase }
  mkdirSync(folder)
  writeFileSync(join(folder, 'access.json'), JSON.stringify(access))
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder },
    SSL_CERT_FILE: join(place.dir, 'root.pem'),
  }
  const child = spawn('sh', ['-eu', '-c', block], { cwd: folder, env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const code = await new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)))
  return { code, stdout, stderr }
}

test('the last export is in both places, and comes back by the page’s commands alone', async () => {
  expect(await place.backup('state', sent(1))).toMatchObject({ code: 0, stderr: '' })
  expect(await place.backup('state', sent(2))).toMatchObject({ code: 0, stderr: '' })
  expect(await states()).toEqual({ 'state volume': 'good', 'state bucket': 'good' })
  const folder = join(place.dir, 'elsewhere')
  expect(await asDocumented(folder)).toMatchObject({ code: 0 })
  const recovered = join(folder, 'recovered')
  expect(readdirSync(recovered).sort()).toEqual(['Pulumi.production.yaml', 'production.json'])
  expect(readFileSync(join(recovered, 'production.json'), 'utf8')).toBe(deployment(2))
  const settings = readFileSync(join(recovered, 'Pulumi.production.yaml'), 'utf8')
  expect(settings).toBe('encryptionsalt: v1:abc=\n')
  // What was in memory for it is gone.
  expect(readdirSync(join(place.dir, 'tmp'))).toEqual([])
})

test('the volume has the same, which the same passphrase opens', async () => {
  const env = {
    RESTIC_REPOSITORY: join(place.dir, 'volume/backup/state'),
    ...{ RESTIC_PASSWORD: PASSPHRASE, RESTIC_CACHE_DIR: join(place.dir, 'cache') },
  }
  const { code, stdout } = await place.restic(env, 'dump', 'latest', '/production.json')
  expect([code, stdout]).toEqual([0, deployment(2)])
})

test('of many exports in a day only so many stay', async () => {
  for (const serial of [3, 4, 5, 6]) await place.backup('state', sent(serial))
  const env = {
    RESTIC_REPOSITORY: join(place.dir, 'volume/backup/state'),
    ...{ RESTIC_PASSWORD: PASSPHRASE, RESTIC_CACHE_DIR: join(place.dir, 'cache') },
  }
  const { stdout } = await place.restic(env, 'snapshots', '--json')
  // Ten on a host, of as many days and weeks as are kept; three in a test (host.py). restic 0.18 keeps
  // the oldest too, 0.14 does not.
  const kept = JSON.parse(stdout).length
  expect(kept).toBeGreaterThanOrEqual(3)
  expect(kept).toBeLessThanOrEqual(4)
})

test('it is never late, and a new order does not forget it', async () => {
  expect((await place.backup('up', order)).code).toBe(0)
  expect(await states(30 * 24 * 3600)).toEqual({ 'state volume': 'good', 'state bucket': 'good' })
  expect((await place.backup('check', undefined, 30 * 24 * 3600)).code).toBe(0)
})

test('a bucket that is away keeps it from the bucket alone, and that is told', async () => {
  const path = `/spaces/keys/${key.accessKeyId}`
  await fleet.storage.account.call('PUT', path, { name: 'host', grants: [] })
  const { code, stderr } = await place.backup('state', sent(13))
  expect(code).toBe(1)
  expect(stderr).toContain("the stack's state is not in the bucket: the key is refused")
  expect(stderr).not.toContain('in the volume')
  expect(stderr).not.toContain(key.secretAccessKey)
  expect(await states()).toEqual({ 'state volume': 'good', 'state bucket': 'failed' })
  const checked = await place.backup('check')
  expect(checked.code).toBe(1)
  expect(checked.stderr).toContain('backup of state bucket: the last one is of')
  const grants = [{ bucket: 'shop-backups', permission: 'readwrite' }]
  await fleet.storage.account.call('PUT', path, { name: 'host', grants })
  expect((await place.backup('state', sent(14))).code).toBe(0)
  expect((await place.backup('check')).code).toBe(0)
})

test('without its volume the bucket gets it', async () => {
  const [mounted, away] = ['volume/lost+found', 'away'].map((name) => join(place.dir, name))
  renameSync(mounted as string, away as string)
  const { code, stderr } = await place.backup('state', sent(15))
  expect(code).toBe(1)
  expect(stderr).toMatch(/not in the volume: \S+\/volume is not mounted/)
  renameSync(away as string, mounted as string)
  const folder = join(place.dir, 'elsewhere-too')
  expect(await asDocumented(folder)).toMatchObject({ code: 0 })
  const text = readFileSync(join(folder, 'recovered/production.json'), 'utf8')
  expect(text).toBe(deployment(15))
})

test.each([
  [{ export: '{}' }, 'export must be what pulumi stack export prints'],
  [{ export: 'no stack named' }, 'export must be what pulumi stack export prints'],
  [{ stack: '../etc' }, 'stack must be the name of a stack'],
  [{ settings: 1 }, 'settings must be the text of a settings file, or null'],
  [{ more: 1 }, 'the keys more of the export must be left out'],
])('an export is refused: %j', async (change, words) => {
  const { code, stderr } = await place.backup('state', sent(16, change))
  expect(code).toBe(1)
  expect(stderr).toContain(words)
})
