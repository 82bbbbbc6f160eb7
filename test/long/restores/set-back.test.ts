/** A volume that was set back to a snapshot, while the bucket has the log of what came after it. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFleet } from '../../sandbox/backups/fleet.ts'
import type { Stocked } from '../../sandbox/backups/stocked.ts'

jest.setTimeout(600_000)

const fleet = newFleet()
const UNIT = 'postgresql@17-main.service'

/** Not in step, as the S3 server's front is in this process; a server that is started keeps no pipe. */
async function run(host: Stocked, ...words: string[]): Promise<void> {
  const [program = '', ...args] = words
  const child = spawn(program, args, { env: host.env, cwd: '/', stdio: 'ignore' })
  const code = await new Promise((done, fail) => child.once('exit', done).once('error', fail))
  if (code !== 0) throw new Error(`${words.join(' ')}: exit ${code}`)
}

async function archived(host: Stocked): Promise<void> {
  const segment = await host.sql('SELECT pg_walfile_name(pg_switch_wal())')
  const ask = `SELECT left(last_archived_wal, 24) >= '${segment}' FROM pg_stat_archiver`
  while ((await host.sql(ask)) !== 't') await sleep(100)
}

/**
 * The rows 1 to 10 are in the snapshot, 101 to 105 and, after the moment `at`, 201 and 202 in the bucket
 * alone, and 301 to 303 come on the volume that was set back. The snapshot has all of the volume: the
 * database (which the tests have beside it), the files, and the backups on it.
 */
async function setBack(name: string): Promise<{ host: Stocked; at: string }> {
  const host = await fleet.stocked(name)
  const [data, volume] = [join(host.dir, 'data'), join(host.dir, 'volume')]
  await host.insert(1, 10)
  await host.must('now')
  await run(host, 'systemctl', 'stop', UNIT)
  for (const folder of [data, volume]) await run(host, 'cp', '-a', folder, `${folder}.snapshot`)
  await run(host, 'systemctl', 'start', UNIT)
  await host.insert(101, 105)
  await archived(host)
  await host.must('now')
  const at = await host.moment()
  await host.insert(201, 202)
  await archived(host)
  await run(host, 'systemctl', 'stop', UNIT)
  for (const folder of [data, volume]) {
    await run(host, 'rm', '-r', folder)
    await run(host, 'mv', `${folder}.snapshot`, folder)
  }
  await run(host, 'systemctl', 'start', UNIT)
  await host.insert(301, 303)
  expect(await host.rows()).toBe('13|1|303')
  return { host, at }
}

const states = async (host: Stocked) => {
  const { backups } = JSON.parse((await host.backup('show')).stdout)
  return backups as { what: string; state: string; problem: string | null }[]
}

test('no backup is made; the rows that are here are kept by a new timeline', async () => {
  const { host } = await setBack('kept')
  const told = (await states(host)).find(({ what }) => what === 'log of the database')
  expect(told).toMatchObject({ state: 'failed', problem: expect.stringContaining('was set back') })
  const refused = await host.backup('now')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('backup of database bucket failed: the bucket has the log of')
  expect(refused.stderr).toContain('backup of database volume failed: the bucket has the log of')
  expect((await host.backup('check')).stderr).toContain('backup of database bucket: the last one')
  // The commands of docs/backups.md, A volume that was set back.
  const [, next] = /--next-wal-file=([0-9A-F]{24}) /.exec(refused.stderr) ?? []
  await run(host, 'systemctl', 'stop', UNIT)
  const reset = [`${host.env.PROGRAMS}/pg_resetwal`, `--next-wal-file=${next}`]
  await run(host, 'runuser', '--user', 'postgres', '--', ...reset, join(host.dir, 'data'))
  await run(host, 'systemctl', 'start', UNIT)
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  await host.insert(401, 402)
  await archived(host)
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
  for (const repository of [1, 2] as const) {
    const query = 'SELECT count(*), min(n), max(n) FROM numbers'
    expect(await host.restored(repository, '', query)).toBe('15|1|402')
  }
})

test('the newer rows come back from the bucket alone', async () => {
  const { host, at } = await setBack('returned')
  expect((await host.backup('now')).code).toBe(1)
  const { code, stderr } = await host.restore({ source: host.source, at, files: false })
  expect([code, stderr]).toEqual([0, expect.stringContaining('without service')])
  expect(await host.rows()).toBe('15|1|105')
  expect(await host.backup('now')).toMatchObject({ code: 0, stderr: '' })
  expect(await host.backup('check')).toMatchObject({ code: 0, stderr: '' })
})
