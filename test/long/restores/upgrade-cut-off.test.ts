/** An upgrade of the host's database that is cut off at each of its steps, as a loss of power would. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type Host, makeHost, newer, old, ROWS } from '../../sandbox/upgrade/host.ts'

jest.setTimeout(600_000)

let host: Host
beforeEach(() => {
  host = makeHost()
  expect(host.up(old.version).status).toBe(0)
  host.sql(ROWS)
  writeFileSync(host.at('order.json'), '{}')
  host.calls()
})
afterEach(() => host?.end())

const step = () => JSON.parse(readFileSync(host.at('volume/upgrade/upgrade.json'), 'utf8')).step
const mark = () => host.at('volume/upgrade/swapping')
/** Nothing of the host's memory outlives it. */
function loseServers(): void {
  for (const name of readdirSync(host.at('volume/postgresql'), { recursive: true })) {
    if (!`${name}`.endsWith('postmaster.pid')) continue
    const path = host.at('volume/postgresql', `${name}`)
    process.kill(Number(readFileSync(path, 'utf8').split('\n')[0]), 'SIGQUIT')
    while (existsSync(path)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
  rmSync(host.at('apart'), { recursive: true, force: true })
}
/** @param next of the sequence; a server that was lost may leave some out */
function serves(version: string, clusters: string[], next = /^5001$/): void {
  expect(host.asApp('SHOW server_version')).toMatch(new RegExp(`^${version}\\.`))
  expect(host.asApp('SELECT count(*), max(n), sum(price) > 0 FROM visits')).toBe('5000|5000|t')
  expect(host.asApp('INSERT INTO visits (price) VALUES (1) RETURNING n')).toMatch(next)
  expect(host.clusters()).toEqual(clusters)
  expect(host.configured()).toEqual([version])
  expect(existsSync(host.at('volume/upgrade/upgrade.json'))).toBe(false)
  expect(existsSync(mark())).toBe(false)
}
const OLD = [`${old.version}/main`]
const NEW = [`${old.version}/main.former`, `${newer.version}/main`]

describe.each<[string, string, string, string[]]>([
  ['ensure_extensions', 'prepare', old.version, OLD],
  ['run', 'copy', old.version, OLD],
  ['contents', 'copy', old.version, OLD],
  ['forget_former', 'copy', old.version, OLD],
  ['settled', 'swap', newer.version, NEW],
  ['_configured', 'swap', newer.version, NEW],
  ['ensure_own', 'swap', newer.version, NEW],
  ['finish', 'after', newer.version, NEW],
])('before %s', (name, at, version, clusters) => {
  beforeEach(() => {
    writeFileSync(host.at('cut'), name)
    expect(host.database(`upgrade ${newer.version}`).status).toBe(137)
    expect(step()).toBe(at)
    expect(existsSync(mark())).toBe(at === 'swap')
    host.calls()
  })

  test('a kill: the unit that watches for it ends it, and the app is back', () => {
    expect(host.database('resume')).toMatchObject({ status: 0 })
    serves(version, clusters)
    // What might go back has nobody's writes.
    const app = host.calls().filter((line) => line.startsWith('app'))
    expect(app).toEqual(at === 'swap' ? ['app ended', 'app started'] : ['app started'])
  })

  test('a loss of power: the boot, and then that unit', () => {
    loseServers()
    expect(host.database('boot')).toMatchObject({ status: 0, stderr: '' })
    expect(host.database('resume')).toMatchObject({ status: 0 })
    serves(version, clusters, /^50[0-3]\d$/)
  })

  test('and an update, or the same verb again, end it as well', () => {
    if (at !== 'after') {
      expect(host.up(newer.version).status).toBe(0)
      expect(host.asApp('SHOW server_version')).toMatch(new RegExp(`^${version}\\.`))
    }
    expect(host.database(`upgrade ${newer.version}`)).toMatchObject({ status: 0 })
    serves(newer.version, NEW)
  })
})

// The new one does not run, so the old one comes back: its renames are the third and fourth.
describe.each<[string, string]>([
  ['_rename:3', 'swap'],
  ['_rename:4', 'swap'],
  ['_configured:2', 'swap'],
  ['note:4', 'swap'],
  ['remove', 'copy'],
  ['start:2', 'copy'],
  ['forget', 'copy'],
])('on the way back, before %s', (name, at) => {
  beforeEach(() => {
    writeFileSync(host.at('before-ensure_own'), 'false')
    // As a loss of power in the midst of that has left it.
    writeFileSync(
      host.at('before-remove'),
      `rm -rf volume/postgresql/${newer.version}/main.new/base`,
    )
    writeFileSync(host.at('cut'), name)
    expect(host.database(`upgrade ${newer.version}`).status).toBe(137)
    expect(step()).toBe(at)
  })

  test('a kill: the unit that watches for it has the old one back', () => {
    expect(host.database('resume').status).toBe(at === 'swap' ? 1 : 0)
    serves(old.version, OLD)
  })

  test('a loss of power: the boot, and then that unit', () => {
    loseServers()
    expect(host.database('boot')).toMatchObject({ status: 0, stderr: '' })
    expect(host.database('resume').status).toBe(at === 'swap' ? 1 : 0)
    serves(old.version, OLD, /^50[0-3]\d$/)
  })

  test('an update loses no row either', () => {
    rmSync(host.at('before-ensure_own'))
    expect(host.up(newer.version).status).toBe(0)
    expect(host.asApp('SELECT count(*), max(n) FROM visits')).toBe('5000|5000')
  })
})

test('an update that starts no server leaves the note, by which the app comes back', () => {
  writeFileSync(host.at('cut'), 'run')
  expect(host.database(`upgrade ${newer.version}`).status).toBe(137)
  host.calls()
  writeFileSync(host.at('before-start'), 'false')
  expect(host.up(newer.version).status).toBe(1)
  expect(step()).toBe('copy')
  rmSync(host.at('before-start'))
  expect(host.database('resume').status).toBe(0)
  serves(old.version, OLD)
  expect(host.calls().filter((line) => line.startsWith('app'))).toEqual(['app started'])
})

test('an empty database is made beside none that an upgrade has set aside', () => {
  host.systemctl('stop', `postgresql@${old.version}-main.service`)
  const place = host.at('volume/postgresql', old.version, 'main')
  renameSync(place, `${place}.former`)
  expect(host.up(old.version)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`Fix: sudo mv ${place}.former ${place}`),
  })
  expect(host.database('forget-former')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('may be all there is, and stays'),
  })
  renameSync(`${place}.former`, place)
  expect(host.up(old.version).status).toBe(0)
  serves(old.version, OLD)
})
