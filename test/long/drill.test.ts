/**
 * The worst days of a database on the host, one after the other and on as few machines as possible:
 * each time every row whose commit was acknowledged before the recovery point is there, and none is half.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from '../engine/support/processes.ts'
import { environmentOf, root, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'
import { found, type Host, onHost, query, TABLES, Writer } from './drill-rows.ts'
import { MIGRATE } from './reference-app.ts'

const SETTINGS = {
  ...{ size: 's-1vcpu-1gb', volume: 4, database: 'local', backups: 'spaces' },
  releaseCommand: MIGRATE,
}
const WRITERS = 3
/** Seconds between two transactions of a writer. */
const PAUSE = 0.02
/** How long writers are at it before the worst happens. */
const LOAD_MS = 20_000
const BACK_MS = 10 * 60_000
/** At most this much of acknowledged writes is lost with droplet and volume (README, backups). */
const RECOVERY_POINT_MS = 75_000

jest.setTimeout(40 * 60_000)

let sandbox: Sandbox
let stack: Stack
let host: Host
/** Writers so far, and how many rows of each must be there. */
const owed = new Map<string, number>()

const hostOf = async (of: Stack): Promise<Host> => ({
  login: (await of.outputs()).sshCommand as string,
  env: { ...process.env, ...(await environmentOf(sandbox)) },
})
const droplet = async (): Promise<number> => {
  const [{ id }] = (await sandbox.droplets()).filter(({ name }) => name.startsWith('padlock-dev'))
  return id
}

beforeAll(async () => {
  sandbox = await startSandbox(['--ports', 'auto'], undefined, 'qemu')
  stack = await openStack(sandbox, 'dev')
  stack.set(SETTINGS)
  const { seconds } = await stack.up()
  console.log(`from nothing: ${Math.round(seconds)} s`)
  host = await hostOf(stack)
  await query(host, TABLES)
})
afterAll(() => sandbox?.stop())

/** Writers that have written for a while, and write on. */
async function load(event: string, ms = LOAD_MS): Promise<Writer[]> {
  const names = Array.from({ length: WRITERS }, (_, i) => `${event} ${i + 1}`)
  const writers = names.map((name) => new Writer(host, name, PAUSE))
  await Promise.all(writers.map((writer) => writer.reaches(10)))
  await sleep(ms)
  return writers
}

/** The writers end by what happened, and all that they were told counts from now on. */
async function settle(writers: Writer[]): Promise<void> {
  await Promise.all(writers.map((writer) => writer.ends()))
  for (const { name, acknowledged } of writers) owed.set(name, acknowledged.at(-1)?.n ?? 0)
}

/** How long until the database answers again, seconds since `began`. */
async function back(began: number): Promise<number> {
  for (;;) {
    const answer = await query(host, 'SELECT 4711;').catch((error: Error) => [error.message])
    if (answer[0] === '4711') return (Date.now() - began) / 1000
    if (Date.now() - began > BACK_MS) throw new Error(`PostgreSQL is not back: ${answer.join(' ')}`)
    await sleep(500)
  }
}

/** Every row that is owed is there, none is missing between two, and none is half. */
async function nothingIsLost(event: string, seconds: number): Promise<void> {
  const there = await found(host)
  const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
  const lost = [...owed].map(([name, rows]) => Math.max(0, rows - (there.get(name)?.count ?? 0)))
  console.log(
    `${event}: back after ${seconds.toFixed(1)} s; ${sum([...owed.values()])} rows acknowledged, ` +
      `${sum([...there.values()].map(({ count }) => count))} there, ${sum(lost)} lost`,
  )
  for (const [name, rows] of owed) {
    const { count, last, half } = there.get(name) ?? { count: 0, last: 0, half: 0 }
    expect({ name, gaps: last - count, half }).toEqual({ name, gaps: 0, half: 0 })
    expect(count).toBeGreaterThanOrEqual(rows)
  }
}

async function restore(...words: string[]): Promise<string> {
  const { code, output } = await start('./padlock', ['restore', ...words, '--yes'], {
    ...{ cwd: root, env: host.env },
  }).done
  if (code !== 0) throw new Error(output)
  return output
}

test('kill -9 of the server', async () => {
  const writers = await load('kill')
  const began = Date.now()
  await onHost(host, 'sudo kill -9 $(systemctl show -p MainPID --value postgresql@17-main)\n')
  const seconds = await back(began)
  await settle(writers)
  await nothingIsLost('kill -9', seconds)
})

test('a loss of power, where some of what was not flushed survives', async () => {
  const id = await droplet()
  await sandbox.control.logWrites(id)
  const writers = await load('power')
  const seed = Date.now() % 2 ** 31
  const began = Date.now()
  const [left] = await sandbox.control.losePower(id, seed)
  await settle(writers)
  console.log(`what the volume kept, by seed ${seed}: ${JSON.stringify(left)}`)
  expect(left?.flushes).toBeGreaterThan(0)
  const seconds = await back(began)
  await nothingIsLost('loss of power', seconds)
})

test('the droplet is deleted', async () => {
  const writers = await load('droplet')
  const id = await droplet()
  const began = Date.now()
  await sandbox.digitalocean('DELETE', `/droplets/${id}`)
  await settle(writers)
  await stack.up('--refresh')
  host = await hostOf(stack)
  const seconds = await back(began)
  expect(await droplet()).not.toBe(id)
  await nothingIsLost('droplet deleted', seconds)
})

test('a moment between two rows, while clients write on', async () => {
  const slow = new Writer(host, 'moment', 2)
  const others = [1, 2].map((i) => new Writer(host, `moment ${i}`, 0.2))
  await Promise.all([slow.reaches(8), ...others.map((writer) => writer.reaches(8))])
  const [before, after] = slow.acknowledged.slice(3)
  if (!before || !after) throw new Error('there are no two rows')
  const moment = (before.written + after.began) / 2
  const at = new Date(moment).toISOString()
  const began = Date.now()
  console.log(await restore('--stack', 'dev', '--at', at))
  const seconds = await back(began)
  await Promise.all([slow, ...others].map((writer) => writer.ends()))
  // Their sessions went on until the swap ended them.
  for (const { acknowledged } of others)
    expect(acknowledged.at(-1)?.began).toBeGreaterThan(moment + 10_000)
  owed.set('moment', before.n)
  // A session begins a row once it was told of the one before.
  const told = ({ acknowledged }: Writer) => acknowledged.findLast((row) => row.began <= moment)
  for (const writer of others) owed.set(writer.name, (told(writer)?.n ?? 1) - 1)
  await nothingIsLost(`restored to ${at}`, seconds)
  const there = await found(host)
  expect(there.get('moment')?.last).toBe(before.n)
  for (const writer of others)
    expect(there.get(writer.name)?.last).toBeLessThanOrEqual(told(writer)?.n ?? 0)
})

test('droplet and volume are deleted, and another stack gets the rows from the bucket', async () => {
  const access = join(sandbox.dir, 'access.json')
  const { backupAccess } = await stack.outputs()
  writeFileSync(access, JSON.stringify(backupAccess), { mode: 0o600 })
  // The log goes to the bucket at least each minute: more than twice as long as may be lost.
  const writers = await load('worst', 2 * RECOVERY_POINT_MS + LOAD_MS)
  const { volumes } = await sandbox.digitalocean('GET', '/volumes')
  const began = Date.now()
  await sandbox.digitalocean('DELETE', `/droplets/${await droplet()}`)
  await Promise.all(writers.map((writer) => writer.ends()))
  for (const { id } of volumes) {
    const gone = () =>
      sandbox.digitalocean('DELETE', `/volumes/${id}`).then(
        () => true,
        () => false,
      )
    while (!(await gone())) {
      if (Date.now() - began > BACK_MS) throw new Error(`volume ${id} is not deleted`)
      await sleep(1000)
    }
  }
  const heir = await openStack(sandbox, 'heir')
  // The zone is the first one's own.
  heir.set({ ...SETTINGS, manageZone: false, subdomain: 'heir' })
  await heir.up()
  host = await hostOf(heir)
  console.log(await restore('--from', access, '--to', 'heir'))
  const seconds = await back(began)

  const there = await found(host)
  for (const { name, acknowledged } of writers) {
    const last = there.get(name)?.last ?? 0
    const lost = acknowledged.filter(({ n }) => n > last)
    const kept = acknowledged.findLast(({ n }) => n <= last)?.received ?? 0
    console.log(
      `writer ${name}: ${acknowledged.length} rows acknowledged, ${lost.length} lost, ` +
        `the last that is there ${((began - kept) / 1000).toFixed(1)} s before the end`,
    )
    expect(began - kept).toBeLessThanOrEqual(RECOVERY_POINT_MS)
    owed.set(name, last)
  }
  await nothingIsLost('another stack, from the bucket', seconds)
})
