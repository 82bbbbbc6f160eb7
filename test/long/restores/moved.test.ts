/** Restores of a host whose rows were in a managed database for a while: none of what it had meanwhile. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(400_000)

const fleet = newFleet()
const ORDER = { files: false, backUpBefore: false }
const into = { kind: 'local', user: 'app', password: 'password-of-shop', storageMiB: 0 }
let host: Stocked
/** Moments, and backups by their labels. */
const of: Record<'forged' | 'fenced' | 'moved' | 'copying' | 'backup' | 'dump', string> = {
  ...{ forged: '', fenced: '', moved: '', copying: '', backup: '', dump: '' },
}
const MOVED = 'padlock: moved to managed at 2026-11-24T09:00:00Z'
const days = () => host.sql("\\connect app\nSELECT string_agg(day, ' ' ORDER BY day) FROM days")
const make = (day: string) =>
  host.sql(`\\connect app\nSET ROLE app;\nCREATE TABLE days AS SELECT text '${day}' AS day`)

/** As `backup now` makes one while the app has a managed database; returns its label. */
function dump(): string {
  const script = `restic init --quiet
    "$PROGRAMS/pg_dump" --format=custom --compress=0 --host="$DIR/run" --username=app app |
      restic backup --quiet --stdin --stdin-filename database.dump
    restic snapshots --json`
  const RESTIC_REPOSITORY = join(host.dir, 'volume/backup/managed')
  const variables = { RESTIC_REPOSITORY, RESTIC_PASSWORD: `${host.source.passphrase}` }
  const env = { ...host.env, ...variables }
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', script], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout.split('\n').at(-2) ?? '')[0].short_id
}

beforeAll(async () => {
  host = await fleet.stocked('shop')
  await host.sql('CREATE DATABASE app OWNER app')
  await make('monday')
  await host.must('now')
  await host.sql(`SET ROLE app; COMMENT ON DATABASE app IS '${MOVED}'`)
  of.forged = await host.moment()
  // As padlock_move leaves it.
  await host.sql('ALTER DATABASE app SET default_transaction_read_only = on')
  of.fenced = await host.moment()
  await host.sql(`COMMENT ON ROLE app IS '${MOVED}'`)
  of.moved = await host.moment()
  await host.must('now')
  const [{ backups }] = JSON.parse((await host.backup('list --json')).stdout)
  of.backup = backups.at(-1).label
  // The rows come back.
  await host.sql('DROP DATABASE app')
  await host.sql('CREATE DATABASE app')
  await host.sql("COMMENT ON ROLE app IS 'padlock: a copy that is not in use'")
  await host.sql('ALTER DATABASE app OWNER TO app')
  await make('tuesday')
  of.copying = await host.moment()
  of.dump = dump()
  await host.sql('COMMENT ON ROLE app IS NULL')
  await host.sql("\\connect app\nINSERT INTO days VALUES ('wednesday')")
})

test.each<[string, () => object, RegExp]>([
  [
    'a moment since they went',
    () => ({ at: of.moved }),
    /at \S+Z the rows of the app were in the managed database: they were moved there at 2026-11-24T09:00:00Z, and/,
  ],
  [
    'a moment in the midst of their copy back',
    () => ({ at: of.copying }),
    /at \S+Z the rows .* managed database: the database on the host has a copy of them that is not/,
  ],
  [
    'a backup of then, though it is named',
    () => ({ label: of.backup }),
    /when the backup \S+ was made, at \S+Z, the rows of the app were in the managed database: they/,
  ],
])(
  '%s is refused, with the dump that has them, and nothing is touched',
  async (_, order, words) => {
    const { code, stderr } = await host.restore({ ...ORDER, ...order() })
    expect([code, stderr]).toEqual([1, expect.stringMatching(words)])
    expect(stderr).toMatch(`Fix, one of: --backup ${of.dump}, its dump of `)
    expect(stderr).toMatch(
      / or --at a moment before they were moved there, or since .*nothing was/is,
    )
    expect(await days()).toBe('tuesday wednesday')
    expect(readFileSync(join(host.dir, 'calls'), 'utf8')).not.toContain('app ended')
    for (const left of ['data.restored', 'home/trial', 'volume/backup/restore.json'])
      expect(existsSync(join(host.dir, left))).toBe(false)
  },
)

test('the dump that is named goes into the database on the host, and what it replaces is the app’s no more', async () => {
  await host.sql('SET ROLE app; ALTER DATABASE app IS_TEMPLATE true')
  await host.sql(`COMMENT ON ROLE app IS '${MOVED}'`)
  const { code, stderr, told } = await host.restore({ label: of.dump, into, backUpBefore: false })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(told).toMatchObject({ database: { label: of.dump }, files: null, problems: [] })
  expect(await days()).toBe('tuesday')
  const databases = `SELECT datname, datdba::regrole, datistemplate FROM pg_database
    WHERE datname LIKE 'app%' ORDER BY 1`
  expect((await host.sql(databases)).split('\n')).toEqual(['app|app|f', 'app_former|postgres|f'])
  await expect(host.sql('SET ROLE app; DROP DATABASE app_former')).rejects.toThrow('must be owner')
  const remark = "SELECT shobj_description('app'::regrole, 'pg_authid') IS NULL"
  expect(await host.sql(remark)).toBe('t')
  await host.must('now')
  expect(await host.sql(databases)).toBe('app|app|f')
})

test('what the app itself writes of a move keeps no moment from it', async () => {
  const { code, told } = await host.restore({ ...ORDER, at: of.forged })
  expect([code, told?.problems, await days()]).toEqual([0, [], 'monday'])
  await expect(host.sql(`SET ROLE app; COMMENT ON ROLE app IS '${MOVED}'`)).rejects.toThrow(
    /CREATEROLE|permission denied/,
  )
})

test('a moment at which nothing but the copy had begun: its rows, and how they are written again', async () => {
  const { code, told } = await host.restore({ ...ORDER, at: of.fenced })
  expect([code, await days()]).toEqual([0, 'monday'])
  expect(told.problems).toEqual([expect.stringContaining('the database was read-only then')])
  const [, ...statements] = told.problems.join().split(/ -c "([^"]+)"/)
  await host.sql(statements.join(';\n').replaceAll("'", ''))
  await host.sql("\\connect app\nINSERT INTO days VALUES ('since')")
  expect(await days()).toBe('monday since')
})

test('where the app uses another database, the one beside comes back as it was', async () => {
  const wanted = { database: true, files: true, keepDaily: 7, keepWeekly: 4, beside: true }
  await host.must('up', { ...host.source, ...wanted })
  const { code, told } = await host.restore({ label: of.backup, backUpBefore: false })
  expect([code, told.problems, await days()]).toEqual([0, [], 'monday'])
})
