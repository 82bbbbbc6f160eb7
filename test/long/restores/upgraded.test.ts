/**
 * The database is another major version's by now: its log and backups come beside those of before, which can
 * be restored where that version runs.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type Stocked, stocked } from '../../sandbox/backups/stocked.ts'
import { type Storage, startStorage } from '../../sandbox/spaces/account.ts'
import { hostsProgram } from '../../support/hosts-program.ts'
import { newerPostgresql } from '../../support/newer-postgresql.ts'
import { postgresql } from '../../support/postgresql.ts'

jest.setTimeout(300_000)
const old = postgresql()
const newer = newerPostgresql()
let storage: Storage
let host: Stocked
beforeAll(async () => {
  storage = await startStorage()
  host = await stocked(storage, 'shop')
  // The first that knows PostgreSQL 18 is 2.55.
  await hostsProgram('pgbackrest', join(host.dir, 'bin'))
})
afterAll(async () => {
  await host?.end()
  await storage?.end()
})

/** As padlock-database has it: what was copied is compared by its own tests. */
async function upgrade(): Promise<void> {
  const at = (...path: string[]) => join(host.dir, ...path)
  expect(await host.backup('stop')).toMatchObject({ code: 0 })
  expect(await host.control('-m', 'fast', 'stop')).toMatchObject({ code: 0 })
  renameSync(at('data'), at('data.before'))
  cpSync(join(newer.programs, '../../..'), at('newer'), { recursive: true })
  renameSync(at('newer/embedded_postgres/pginstall'), at('newer/embedded_postgres/18'))
  host.env.PROGRAMS = at('newer/embedded_postgres/18/bin')
  const run = (...words: string[]) =>
    execFileSync('runuser', ['--user', 'postgres', '--', ...words], { cwd: '/', env: host.env })
  const flags = ['-A', 'trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8']
  run(join(host.env.PROGRAMS, 'initdb'), '-D', at('data'), ...flags)
  execFileSync('systemctl', ['start', 'postgresql@18-main.service'], { env: host.env })
  await host.sql('CREATE TABLE numbers (n bigint PRIMARY KEY, at timestamptz DEFAULT now())')
  await host.sql(`CREATE ROLE app LOGIN PASSWORD 'password-of-shop'`)
  await host.insert(1, 1000)
}

test('the log and full backups go on beside the others; a moment before is told with its version', async () => {
  await host.insert(1, 1000)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  const before = await host.moment()
  await host.sql('SELECT pg_switch_wal()')
  await upgrade()
  expect(await host.backup('upgraded')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.sql('SHOW server_version')).toMatch(/^18/)
  await host.insert(1001, 1100)
  const since = await host.moment()
  await host.insert(1101, 1200)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
  const listed = JSON.parse((await host.backup('list --json')).stdout)
  expect(listed[0].backups.length).toBeGreaterThan(2)

  const refused = await host.backup('restore', { at: before, database: true, files: false })
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining(
      `is of PostgreSQL ${old.version}, and this host has 18. Fix: restore it into a stack`,
    ),
  ])
  const moment = await host.restore({ at: since, database: true, files: false })
  expect([moment.code, moment.stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(await host.rows()).toBe('1100|1|1100')
  const all = await host.restore({ database: true, files: false })
  expect([all.code, all.stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(await host.rows()).toBe('1100|1|1100')
})
