/** A restic that is killed, as by a loss of power or for its memory: its lock keeps no later backup away. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from './fleet.ts'
import type { Place } from './place.ts'

jest.setTimeout(400_000)

const DEPLOYMENT = { stack: 'dev', export: '{"version": 3, "deployment": {}}', settings: null }
const fleet = newFleet()
let place: Place
/** A repository's folder of locks, and what opens it. */
const repositories: Record<string, { locks: string; env: Record<string, string> }> = {}

beforeAll(async () => {
  const { order } = await fleet.bucket('shop-backups', 'shop-dev')
  place = await fleet.place()
  writeFileSync(join(place.dir, 'volume/app/upload'), randomBytes(8 * 2 ** 20))
  await place.must('up', { ...order, database: false })
  await place.must('now')
  await place.must('state', DEPLOYMENT)
  const { endpoint, bucket, prefix, key, secret, passphrase } = order as Record<string, string>
  const cache = { RESTIC_CACHE_DIR: join(place.dir, 'cache'), RESTIC_PASSWORD: passphrase! }
  for (const what of ['files', 'state']) {
    const folder = join(place.dir, 'volume/backup', what)
    repositories[`${what} volume`] = {
      locks: join(folder, 'locks'),
      env: { ...cache, RESTIC_REPOSITORY: folder },
    }
    repositories[`${what} bucket`] = {
      locks: join(fleet.storage.dir, `spaces/nyc3/buckets/${bucket}/${prefix}/${what}/locks`),
      env: {
        ...{ ...cache, AWS_ACCESS_KEY_ID: key!, AWS_SECRET_ACCESS_KEY: secret! },
        RESTIC_REPOSITORY: `s3:https://${endpoint}/${bucket}/${prefix}/${what}`,
      },
    }
  }
})

/** Those that are there whole; an S3 server of folders has no folder of none. */
function held(where: string): string[] {
  const { locks } = repositories[where]!
  return existsSync(locks) ? readdirSync(locks).filter((name) => /^[0-9a-f]{64}$/.test(name)) : []
}

/** A restic that has its lock by now. */
async function locked(where: string, ...words: string[]): Promise<ChildProcess> {
  const options = ['-o', 's3.bucket-lookup=path', '--cacert', join(place.dir, 'root.pem')]
  const child = spawn('restic', [...options, ...words], {
    env: { ...process.env, ...repositories[where]!.env },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  while (held(where).length === 0) {
    if (child.exitCode !== null) throw new Error(`restic ${words[0]} ended with ${child.exitCode}`)
    await sleep(1)
  }
  return child
}
/** Beside others, until its input ends; and alone, for two minutes. */
const BESIDE = ['backup', '--stdin']
const ALONE = ['check', '--read-data', '--limit-download', '64']

test.each([
  ['files volume', BESIDE],
  ['files volume', ALONE],
  ['files bucket', BESIDE],
  ['files bucket', ALONE],
  ['state volume', BESIDE],
  ['state bucket', ALONE],
])(
  'one that was killed on %s in %j leaves a lock, and the next backup is whole',
  async (where, words) => {
    const child = await locked(where, ...words)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(held(where)).toHaveLength(1)
    const next = where.startsWith('state') ? place.backup('state', DEPLOYMENT) : place.backup('now')
    expect(await next).toMatchObject({ code: 0, stderr: '' })
    expect(held(where)).toEqual([])
  },
)

test('who works on it at the moment keeps his lock, and the backup tells whose that is', async () => {
  const child = await locked('files volume', ...BESIDE)
  const { code, stderr } = await place.backup('now')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(`already locked .*by PID ${child.pid} on `),
  ])
  expect(stderr).not.toContain('files bucket')
  child.stdin?.end('the end')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await place.backup('now')).toMatchObject({ code: 0, stderr: '' })
})
