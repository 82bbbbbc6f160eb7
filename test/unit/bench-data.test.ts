/** What is made of the words of the programs that measure what keeping data costs. */
import { stepsTable } from '../bench/data/backup.ts'
import { handOverTable } from '../bench/data/hand-over.ts'
import { type Kills, killsAreGood, killsTable } from '../bench/data/kills.ts'
import { beyondBuffers, serverMemoryTable } from '../bench/data/memory.ts'
import { type Writes, writesTable } from '../bench/data/writes.ts'

const kills: Kills = {
  ...{ kills: 3, writers: 4, sent: 104, acknowledged: 100, rows: 102, half: 0, lost: [] },
  ...{ recoveries: [2, 1, 9], seconds: 10 },
}

test('rows are lost where they were acknowledged and are not there, or half there', () => {
  expect(killsTable(kills)).toContain('| 3 | 4 | 100 | 10 | **0** | 0 | 2 | 2.0 (1.0-9.0) |')
  expect(killsAreGood(kills)).toBe(true)
  expect(killsTable({ ...kills, lost: [7, 8], rows: 99 })).toContain('| **2** | 0 | 1 |')
  for (const bad of [{ lost: [7] }, { half: 1 }, { rows: 105 }, { acknowledged: 0 }]) {
    expect(killsAreGood({ ...kills, ...bad })).toBe(false)
  }
})

const run = (round: number, archiving: boolean, rate: number): Writes => ({
  ...{ round, what: 'single rows', archiving, segments: archiving ? 2 : 0, rate },
  ...{ latency: 4000 / rate, failed: 0, seconds: 60, clients: 4 },
})

test('rounds by their median, archiving beside none', () => {
  const runs = [run(0, true, 90), run(0, false, 200), run(1, false, 100), run(1, true, 110)]
  const table = writesTable(runs)
  expect(table).toContain('| single rows | on | 100 (90-110) | 40.4 | 4 |')
  expect(table).toContain('| single rows | off | 150 (100-200) | 30.0 | 0 |')
  expect(table).toContain('single rows: 0.67 of the rate with archiving')
})

const sample = (backend: number) => [
  { name: 'postgres', kib: 20_000, shared: 10_000 },
  { name: 'client backend', kib: backend, shared: 0 },
]

test('what shared_buffers hold does not count; other shared memory does, touched or not', () => {
  const found = {
    ...{ samples: [sample(9000), sample(1000), sample(2000)], group: {} },
    ...{ buffers: 48 * 1024, allocated: 56 * 1024 },
  }
  // 12,000 KiB of processes and 8 MiB.
  expect(beyondBuffers(found)).toMatchObject({ megabytes: 20.676608, overhead: 8192 })
  expect(beyondBuffers(found).most).toBeGreaterThan(27)
  const table = serverMemoryTable(found)
  expect(table).toContain('| **beyond shared_buffers** (the most in a sample: 27.8) | **20.7** |')
  expect(table).not.toContain('control group')
  const group = { current: 9e7, anon: 1e7, kernel: 2e6 }
  expect(serverMemoryTable({ ...found, group })).toContain('90.0 MB with caches, of which 10.0')
  expect(() => beyondBuffers({ ...found, samples: [] })).toThrow('no sample')
})

test('a step of backups has a rate where it goes through all rows', () => {
  const table = stepsTable([
    { step: 'full backup, bucket', seconds: 10, bytes: 1e9, stored: 5e8 },
    { step: 'before a release, 10,000 rows new', seconds: 2, bytes: 1e9 },
  ])
  expect(table).toContain('| full backup, bucket | 10.0 | 1000 | 500 | 100.0 |')
  expect(table).toContain('| before a release, 10,000 rows new | 2.0 | 1000 |  |  |')
})

test('a hand-over takes as long as requests that fail begin, and no longer than any visitor waits', () => {
  const failed = [1000, 31_000, 21_000].map((began) => ({
    ...{ error: began > 30_000 ? 'status 502' : 'timeout', began, ended: began + 20_000 },
  }))
  const one = { sent: 900, failed, gap: 35.5, seconds: 300 }
  const table = handOverTable([one, { ...one, failed: [], gap: 0.5 }])
  expect(table).toContain('| 1 | 300 | 900 | 3 | 30.0 | 35.5 | 2 timeout, 1 status 502 |')
  expect(table).toContain('| 2 | 300 | 900 | 0 | 0.0 | 0.5 | none |')
  expect(table).toContain('requests fail for 15.0 s, and 18.0 s pass between good answers')
})
