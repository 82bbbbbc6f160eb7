/** What is made of the words of the programs that measure releases. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromH2load, fromWrk } from '../bench/release/load.ts'
import { manifest } from '../bench/release/manifest.ts'
import { sums, table } from '../bench/release/table.ts'

const H2LOAD = `finished in 3.00s, 40.00 req/s, 2.21KB/s
requests: 7 total, 7 started, 6 done, 3 succeeded, 4 failed, 2 errored, 0 timeout
status codes: 3 2xx, 0 3xx, 0 4xx, 1 5xx
`
const WRK = `Running 3s test @ https://app.example.test:1/
  1 threads and 2 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    12.34ms    5.00ms   1.20s    90.00%
    Req/Sec   100.00     10.00   120.00     70.00%
  Latency Distribution
     50%  500.00us
     75%    2.00ms
     90%    3.50ms
     99%    1.10s 
  1000 requests in 3.01s, 0.90MB read
`

test('every request of h2load is counted once, whatever became of it', () => {
  const rows = ['1000000\t200\t1000', '1001000\t200\t2000', '1002000\t204\t500']
  const log = `${[...rows, '1003000\t502\t700', '1004000\t-1\t900'].join('\n')}\n`
  expect(fromH2load(H2LOAD, log)).toEqual({
    good: 3,
    lost: { 'status 502': 1, 'broken off': 1, failed: 2 },
    samples: [
      { began: 1000, took: 1 },
      { began: 1001, took: 2 },
      { began: 1002, took: 0.5 },
    ],
  })
  expect(() => fromH2load('client could not connect to host', '')).toThrow('h2load says')
})

test('the errors of wrk by kind', () => {
  const percentiles = { p50: 0.5, p90: 3.5, p99: 1100, max: 1200 }
  expect(fromWrk(WRK)).toEqual({ good: 1000, lost: {}, percentiles })
  const errors = `${WRK}  Socket errors: connect 0, read 3, write 0, timeout 1
  Non-2xx or 3xx responses: 5
`
  expect(fromWrk(errors)).toEqual({
    good: 995,
    lost: { read: 3, timeout: 1, 'status other than 2xx and 3xx': 5 },
    percentiles,
  })
  expect(() => fromWrk('unable to connect')).toThrow('wrk says')
})

test('latencies around a swap stand apart', () => {
  const samples = [
    { began: 0, took: 1 },
    { began: 100, took: 2 },
    { began: 9500, took: 50 },
    { began: 11_900, took: 40 },
    { began: 12_100, took: 3 },
  ]
  const measured = [
    { what: 'GET, HTTP/2, kept', good: 5, lost: { 'status 502': 2 }, samples },
    { what: 'GET, HTTP/1.1, new', ...fromWrk(WRK) },
  ]
  expect(sums(measured)).toEqual({ requests: 1007, lost: 2 })
  expect(
    table({ measured, swaps: [10_000], broken: true })
      .split('\n')
      .slice(2),
  ).toEqual([
    '| GET, HTTP/2, kept | 5 | 2 status 502 | 2.0 / 3.0 / 3.0 / 3.0 | 40 / 50 / 50 / 50 |',
    '| GET, HTTP/1.1, new | 1000 | 0 | 0.5 / 3.5 / 1100 / 1200 (all) |  |',
  ])
})

test('the release program goes through a release on this computer, as the loopback measures it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-bench-'))
  const program = join(import.meta.dirname, '../bench/release/host.py')
  const node = join(import.meta.dirname, '../../node_modules/.bin/node')
  const host = (word: string, input = '') =>
    execFileSync('python3', [program, folder, word], {
      input,
      env: { ...process.env, NODE: node },
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    })
  try {
    const said = host('release', JSON.stringify(manifest({ id: '000000000001', kind: 'good' })))
    expect(JSON.parse(said)).toMatchObject({ release: '000000000001' })
    expect(readlinkSync(join(folder, 'app/current'))).toBe('releases/000000000001')
  } finally {
    host('end')
    rmSync(folder, { recursive: true })
  }
})
