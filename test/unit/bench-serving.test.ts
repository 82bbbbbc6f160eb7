/** What is made of the words of the programs that measure what serving costs. */
import { idle, type MemoryReport, memoryTable } from '../bench/serving/memory.ts'
import { type Load, loadTable } from '../bench/serving/table.ts'

const holding = (unit: string, name: string, kib: number, app = false) => ({ unit, name, kib, app })
const report = (...caddy: number[]): MemoryReport => ({
  samples: caddy.map((kib) => [
    holding('caddy.service', 'caddy', kib),
    holding('ssh.service', 'sshd', 1024),
    holding('ssh.service', 'sshd', 512),
    holding('user:app-1.service', 'gunicorn', 50 * 1024, true),
  ]),
  kernel: { SUnreclaim: 10 * 1024, KernelStack: 1024, PageTables: 512, Percpu: 512, Cached: 9e6 },
  events: { oom_kill: 0, pswpout: 0, pswpin: 0 },
})

test('what is not the app is summed by program, and one moment counts no more than another', () => {
  const found = idle(report(90 * 1024, 10 * 1024, 20 * 1024))
  expect(found).toMatchObject({ rest: 21.5, most: 91.5, app: 50, kernel: 12 })
  expect(found.parts).toEqual([
    { unit: 'caddy.service', name: 'caddy', mib: 20, count: 1 },
    { unit: 'ssh.service', name: 'sshd', mib: 1.5, count: 2 },
  ])
  const table = memoryTable(found)
  expect(table).toContain('| sshd (2) | ssh.service | 1.5 |')
  expect(table).toContain('the most in a sample: 92 | **22** |')
  expect(() => idle({ ...report(), samples: [] })).toThrow('no sample')
})

const said = (rate: number, p99: number, more = '') => `Running 10s test
    Latency    12.34ms    5.00ms   1.20s    90.00%
     50%   10.00ms
     90%   11.00ms
     99%   ${p99}.00ms
  1000 requests in 10.00s, 0.90MB read
${more}Requests/sec:    ${rate}.50
`
const load = (setup: string, wrk: string, processor: Record<string, number> = {}): Load => ({
  ...{ round: 0, setup, path: '/', wrk, processor },
})

test('rounds by their median; the goal is the best of the others, in each of its two parts', () => {
  const loads = [
    load('padlock', said(90, 20), { caddy: 0.5, gunicorn: 1, kworker: 9 }),
    load('padlock', said(110, 30), { caddy: 0.5, gunicorn: 1 }),
    load('padlock', said(100, 40)),
    load('quick', said(50, 15)),
    load('strong', said(200, 60, '  Socket errors: connect 0, read 2, write 0, timeout 0\n')),
    { ...load('elsewhere', said(999, 1)), path: '/other' },
  ]
  const table = loadTable(loads, '/')
  expect(table).toContain(
    '| padlock | 101 (91-111) | 10 (10-10) | 30 (20-40) | 0 | 1.00: gunicorn 0.67, caddy 0.33 |',
  )
  expect(table).toContain('| strong | 201 (201-201) | 10 (10-10) | 60 (60-60) | 2 |')
  expect(table).toContain('padlock: 0.50 of the best throughput,\n0.50 of the best p99')
  expect(table).not.toContain('elsewhere')
})

test('nothing is made of nothing', () => {
  expect(() => loadTable([load('padlock', said(1, 1))], '/')).toThrow('nothing was measured')
  expect(() => loadTable([load('padlock', ''), load('quick', '')], '/')).toThrow('wrk says')
})
