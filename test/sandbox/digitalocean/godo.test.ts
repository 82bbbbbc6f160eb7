/** The simulated DigitalOcean API under the provider's own Go client. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type DigitalOcean, startDigitalOcean } from '../../../sandbox/digitalocean/index.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'

/** Every test of the Go program, by name: one that does not run is a failure too. */
const TESTS = [
  'TestToken',
  'TestAccount',
  'TestKeys',
  'TestCatalogue',
  'TestEmptyLists',
  'TestDomain',
  'TestRecords',
  'TestDroplet',
  'TestDropletLists',
  'TestDropletActions',
  'TestDropletErrors',
  'TestFirewall',
  'TestReservedIP',
  'TestVPC',
  'TestProject',
  'TestTags',
  'TestRegistry',
  'TestVolume',
  'TestVolumeActions',
  'TestVolumeSnapshots',
  'TestDatabases',
  'TestSpacesKeys',
]

/** An action goes on until somebody looks at something, so that what it forbids can be tried. */
async function untilAskedFor(): Promise<void> {
  const looks = () => {
    const reads = Object.entries(api.calls()).filter(([route]) => route.startsWith('GET '))
    return reads.reduce((total, [, times]) => total + times, 0)
  }
  const before = looks()
  while (looks() === before) await sleep(10, undefined, { ref: false })
}

const dir = mkdtempSync(join(tmpdir(), 'digitalocean-godo-'))
let api: DigitalOcean
let outcomes: Map<string, { outcome: string; output: string }>
let log: string

beforeAll(async () => {
  api = await startDigitalOcean({
    stateFile: join(dir, 'digitalocean.json'),
    port: 0,
    token: 'right',
    machines: noMachines(),
    actionMs: 20,
    settleMs: 3000,
    hold: untilAskedFor,
  })
  log = await runGo({ DIGITALOCEAN_API_URL: api.url, DIGITALOCEAN_TOKEN: 'right' })
  outcomes = outcomesOf(log)
}, 240_000)

afterAll(async () => {
  await api.close()
  rmSync(dir, { recursive: true })
})

test('the Go program has exactly these tests', () => {
  if (outcomes.size === 0) throw new Error(`go test did not run:\n${log}`)
  expect([...outcomes.keys()].sort()).toEqual([...TESTS].sort())
})

test.each(TESTS)('godo: %s', (name) => {
  const { outcome, output } = outcomes.get(name) ?? { outcome: 'did not run', output: log }
  if (outcome !== 'pass') throw new Error(`${name}: ${outcome}\n${output}`)
})

test('the client leaves nothing behind', () => {
  expect(api.inventory()).toEqual([])
})

function runGo(env: Record<string, string>): Promise<string> {
  const go = spawn('go', ['test', '-json', '-count=1', '.'], {
    cwd: join(import.meta.dirname, 'godo'),
    env: { ...process.env, ...env, GOFLAGS: '-mod=readonly' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((done, fail) => {
    let text = ''
    const keep = (chunk: Buffer) => {
      text += chunk
    }
    go.stdout.on('data', keep)
    go.stderr.on('data', keep)
    go.on('error', (error) =>
      fail(new Error(`these tests need Go 1.24 or newer: ${error.message}`)),
    )
    go.on('close', () => done(text))
  })
}

function outcomesOf(text: string): Map<string, { outcome: string; output: string }> {
  const found = new Map<string, { outcome: string; output: string }>()
  for (const line of text.split('\n').filter((each) => each.startsWith('{'))) {
    const event = JSON.parse(line) as { Action: string; Test?: string; Output?: string }
    if (!event.Test) continue
    const entry = found.get(event.Test) ?? { outcome: 'unfinished', output: '' }
    if (event.Action === 'output') entry.output += event.Output
    if (['pass', 'fail', 'skip'].includes(event.Action)) entry.outcome = event.Action
    found.set(event.Test, entry)
  }
  return found
}
