/** An environment's database that begins with a snapshot: real PostgreSQL and restic, a real S3 server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { FULL, type Key, type Storage, startStorage } from '../spaces/account.ts'
import { makeHost, PASSWORD, type SeedHost } from './host.ts'

jest.setTimeout(120_000)

let storage: Storage
let production: SeedHost
let environment: SeedHost
let writer: Key
let reader: Key

beforeAll(async () => {
  storage = await startStorage()
  const owner = storage.client('nyc3', await storage.key('owner', FULL))
  await owner.send(new CreateBucketCommand({ Bucket: 'shop-seed' }))
  writer = await storage.key('writer', { bucket: 'shop-seed', permission: 'readwrite' })
  reader = await storage.key('reader', { bucket: 'shop-seed', permission: 'read' })
  const { rootPath } = storage.authority
  ;[production, environment] = await Promise.all([makeHost(rootPath), makeHost(rootPath)])
  await production.rows(`CREATE TABLE people (id serial PRIMARY KEY, email text UNIQUE);
    INSERT INTO people (email) SELECT 'ada' || n || '@private.example' FROM generate_series(1, 500) n`)
})
afterAll(async () => {
  await production?.end()
  await environment?.end()
  await storage?.end()
})

const place = (key: Key, change = {}) => ({
  ...{ endpoint: `localhost:${storage.spaces.port}`, region: 'us-east-1', bucket: 'shop-seed' },
  ...{ key: key.accessKeyId, secret: key.secretAccessKey },
  passphrase: 'correct-horse-battery-staple-of-32',
  ...change,
})
const anonymise = () =>
  production.seed('anonymise', {
    place: place(writer),
    sql: "UPDATE people SET email = 'person' || id || '@example.com'",
  })
const load = (change = {}, password = PASSWORD) =>
  environment.seed('load', { place: place(reader, change), password })
const TABLES = `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`
const on = (name: string) => join(environment.dir, 'volume', name)
/** Packs of the repository in the bucket, the largest first. */
function packs(): string[] {
  const folder = join(storage.dir, 'spaces/nyc3/buckets/shop-seed/snapshots/data')
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .sort((a, b) => statSync(b).size - statSync(a).size)
}

test('without a snapshot nothing is loaded, and it says which verb makes one', async () => {
  const { code, stderr } = await load()
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('the bucket shop-seed has no snapshot yet. Fix: ./padlock backup'),
  ])
  expect(existsSync(on('snapshot.dump'))).toBe(false)
})

/** Until its input ends. */
async function hold() {
  const holder = spawn('flock', [on('../lock'), 'sh', '-c', 'echo held; cat'])
  await once(holder.stdout, 'data')
  return { holder, ended: once(holder, 'exit') }
}

test('it waits for the hourly look at what is left, and not for another snapshot', async () => {
  const look = await hold()
  setTimeout(() => look.holder.stdin.end(), 2000)
  expect((await load()).stderr).toContain('has no snapshot yet')
  const other = await hold()
  const late = await load()
  other.holder.stdin.end()
  await other.ended
  expect([late.code, late.stderr]).toEqual([
    1,
    'another snapshot is under way on this host; try again later\n',
  ])
})

test('a release waits for a snapshot that is being made, and says so', async () => {
  expect(await environment.seed('release', {})).toMatchObject({ code: 0, stderr: '' })
  const said = 'waits for a snapshot of the database (./padlock backup anonymise)\n'
  const { holder, ended } = await hold()
  setTimeout(() => holder.stdin.end(), 3000)
  expect(await environment.seed('release', {})).toMatchObject({ code: 0, stderr: said })
  await ended
  const other = await hold()
  const late = await environment.seed('release', {})
  other.holder.stdin.end()
  await other.ended
  expect([late.code, late.stderr]).toEqual([
    0,
    expect.stringMatching(/^waits for .*\nit is not done after 5 s, so the release goes on; .*\n$/),
  ])
})

test('a damaged or foreign snapshot is told, and the database stays empty', async () => {
  expect((await anonymise()).code).toBe(0)
  for (const [change, words] of [
    [{ passphrase: 'another-horse-battery-staple-of-32' }, 'wrong password or no key found'],
    [{ secret: 'another-secret-of-the-key' }, 'restic dump failed'],
  ] as const) {
    const { code, stderr } = await load(change)
    expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
    expect(stderr).toContain('or is gone: seedReader of Pulumi.preview.yaml anew')
    expect(stderr).not.toMatch(/another-|correct-horse/)
  }
  for (const path of packs()) {
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0, 16, Math.floor(bytes.length / 2)))
  }
  const { code, stderr } = await load()
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /the snapshot in the bucket shop-seed cannot be read:\nrestic dump failed/,
    ),
  ])
  expect(await environment.rows(TABLES)).toBe('0')
  expect(existsSync(on('snapshot.dump'))).toBe(false)
  rmSync(join(storage.dir, 'spaces/nyc3/buckets/shop-seed/snapshots'), { recursive: true })
})

test('one that is killed leaves nothing of the rows on the volume', async () => {
  expect((await anonymise()).code).toBe(0)
  // restic, which goes on until the one that started it is gone.
  const slow = join(environment.dir, 'bin/restic')
  const hold =
    'case " $* " in *" dump "*) while kill -0 $PPID 2>/dev/null; do sleep 0.1; done ;; esac'
  writeFileSync(slow, `#!/bin/sh\nPATH="\${PATH#*:}" restic "$@" || exit\n${hold}\n`, {
    mode: 0o755,
  })
  const child = environment.begin('load', { place: place(reader), password: PASSWORD })
  const fds = `/proc/${child.pid}/fd`
  const volume = join(environment.dir, 'volume')
  // The file without a name, and not the mark of a run that has begun.
  const has = () =>
    readdirSync(fds).some((fd) => {
      try {
        const leadsTo = readlinkSync(join(fds, fd))
        return leadsTo.startsWith(`${volume}/`) && leadsTo.endsWith(' (deleted)')
      } catch {
        return false
      }
    })
  while (!has()) await sleep(5)
  child.kill('SIGKILL')
  await new Promise((done) => child.once('close', done))
  rmSync(slow)
  expect(readdirSync(volume).sort()).toEqual(['app', 'lost+found', 'snapshot'])
  // Of an earlier version.
  writeFileSync(on('snapshot.dump'), 'half')
  expect(await environment.seed('clear', {})).toMatchObject({ code: 0, stdout: '' })
  expect(existsSync(on('snapshot.dump'))).toBe(false)
  expect(await environment.rows(TABLES)).toBe('0')
})

test('a wrong password of the app loads nothing, and the next run all of it', async () => {
  expect((await anonymise()).code).toBe(0)
  const wrong = await load({}, 'another-horse-battery-staple')
  expect([wrong.code, wrong.stderr]).toEqual([
    1,
    expect.stringContaining('password authentication failed'),
  ])
  expect(await load()).toMatchObject({ code: 0, stdout: 'loaded\n' })
  expect(await environment.rows('SELECT count(*), min(email) FROM people')).toBe(
    '500|person100@example.com',
  )
  const owner = `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`
  expect(await environment.rows(owner)).toBe('app')
  await environment.rows(`INSERT INTO people (email) VALUES ('new@example.com')`)
})

test('once alone: what was written since stays, whatever the bucket has by now', async () => {
  expect((await anonymise()).code).toBe(0)
  expect(await load()).toEqual({ code: 0, stdout: 'as it was\n', stderr: '' })
  expect(await environment.rows('SELECT count(*) FROM people')).toBe('501')
})

test('a run that was killed after the rows had come is taken for done', async () => {
  expect(readFileSync(on('snapshot'), 'utf8')).toBe('done\n')
  await environment.shell({}, `echo begun >'${on('snapshot')}'`, [])
  expect(await load()).toEqual({ code: 0, stdout: 'as it was\n', stderr: '' })
  expect(readFileSync(on('snapshot'), 'utf8')).toBe('done\n')
})

test('tables of somebody else are never loaded over, nor is what they are called taken for the server’s', async () => {
  rmSync(on('snapshot'))
  await environment.rows(`CREATE FUNCTION called() RETURNS oid LANGUAGE plpgsql AS
      $$BEGIN RAISE 'called as %', current_user; END$$;
    CREATE VIEW public.pg_namespace AS SELECT called() AS oid, 'public'::name AS nspname`)
  await environment.rows('ALTER DATABASE app SET search_path = public, pg_catalog')
  const { code, stderr } = await load()
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^the database has \d+ tables and sequences already, .*nothing was changed/,
    ),
  ])
  expect(await environment.rows('SELECT count(*) FROM people')).toBe('501')
})

test('neither is an empty database filled on a volume that is not there', async () => {
  rmSync(on('lost+found'), { recursive: true })
  const { code, stderr } = await load()
  expect([code, stderr]).toEqual([1, expect.stringContaining('is not mounted; nothing was loaded')])
})
