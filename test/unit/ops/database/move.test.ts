import { receipt } from '../../../../ops/cli/database/move.ts'
import { move } from '../../../../ops/database/move.ts'
import type { Chosen, Kind, MovingStack } from '../../../../ops/database/moving-stack.ts'
import { order } from '../../../../ops/database/order.ts'
import { LockedError } from '../../../../ops/engine/locks.ts'

const FOUND = { rows: 4, tables: { 'public.visits': 3, 'public.people': 1 }, sequences: 1 }
const AT = { seconds: 2.5, when: '2026-11-29T09:00:00Z' }

/** A stack whose host takes orders and whose updates follow the settings, until one fails or is killed. */
class Fake {
  done: string[] = []
  chosen: Chosen = { database: 'local', beside: 'none' }
  live: Kind = 'local'
  begun: { from: Kind; to: Kind; phase: string } | null = null
  hasProgram = false
  /** What happens in the update of that number. */
  troubles: Record<number, 'fails' | 'fails after' | 'killed' | 'killed after' | 'locked'> = {}
  refusal?: string
  ofLocal: string[] = []
  #updates = 0

  readonly stack: MovingStack = {
    name: 'dev',
    chosen: async () => this.chosen,
    ofLocal: async () => this.ofLocal,
    choose: async (chosen) => {
      this.chosen = chosen
    },
    update: async () => {
      const { database, beside } = this.chosen
      this.done.push(`up ${database}+${beside}`)
      const trouble = this.troubles[++this.#updates]
      if (trouble === 'fails') return 1
      if (trouble === 'killed') throw new Error('killed')
      if (trouble === 'locked') throw new LockedError('dev')
      this.hasProgram = true
      if (this.begun && this.begun.to === database) {
        this.begun.phase = 'copied'
        this.live = this.begun.to
      }
      if (trouble === 'killed after') throw new Error('killed')
      return trouble === 'fails after' ? 1 : 0
    },
    host: async (verb, input = '') => {
      if (!this.hasProgram) return undefined
      if (verb !== 'state') this.done.push(verb)
      if (verb === 'check' && this.refusal) return { code: 1, stdout: '', stderr: this.refusal }
      return { code: 0, stdout: JSON.stringify(this.#answer(verb, input)), stderr: '' }
    },
    order: async (from, to, replace) => JSON.stringify({ from, to, replace }),
    say: () => {},
  }

  #answer(verb: string, input: string): object {
    const { begun } = this
    switch (verb) {
      case 'check':
        return { rows: 4, tables: 2, bytes: 9e6, versions: [17, 17] }
      case 'order': {
        const { from, to } = JSON.parse(input)
        this.begun = { from, to, phase: begun?.phase ?? 'ordered' }
        return {}
      }
      case 'undo':
        if (begun && this.live === begun.to) return { undone: false }
        this.begun = null
        return { undone: true }
      case 'done':
        this.begun = null
        return { ...FOUND, ...AT }
      default:
        return { live: this.live, move: begun }
    }
  }
}

let fake: Fake
beforeEach(() => {
  fake = new Fake()
})
const to = (kind: Kind) => move(fake.stack, kind, false)

test('the other database is made first, then the rows and the release follow', async () => {
  expect(await to('managed')).toEqual({ from: 'local', to: 'managed', ...FOUND, ...AT })
  expect(fake.done).toEqual(['up local+managed', 'check', 'order', 'up managed+local', 'done'])
  expect([fake.chosen, fake.begun]).toEqual([{ database: 'managed', beside: 'local' }, null])
  fake.done = []
  expect(await to('managed')).toBeUndefined()
  expect(fake.done).toEqual([])
  expect(await to('local')).toMatchObject({ from: 'managed', to: 'local' })
  expect(fake.done).toEqual(['up managed+local', 'check', 'order', 'up local+managed', 'done'])
})

test.each([
  ['anonymiseSql', 'takes away the bucket of its snapshots'],
  ['seed', 'pulumi config rm seed --stack dev and pulumi up, then again'],
])(
  '%s is of a database on the host: no cluster is made for a move that would be refused',
  async (key, words) => {
    fake.ofLocal = [key]
    const message = `${key} is set, and is of a database on the host alone; nothing was changed`
    await expect(to('managed')).rejects.toThrow(message)
    await expect(to('managed')).rejects.toThrow(words)
    expect([fake.done, fake.chosen]).toEqual([[], { database: 'local', beside: 'none' }])
    expect(await to('local')).toBeUndefined()
  },
)

test('a database that does not come into being, and a refusal of the host, stop before anything', async () => {
  fake.troubles = { 1: 'fails' }
  await expect(to('managed')).rejects.toThrow(
    'the managed database is not ready, and the app goes on with the local one',
  )
  fake.refusal = 'the managed database has 7 rows (public.mine) of its own'
  await expect(to('managed')).rejects.toThrow(fake.refusal)
  expect(fake.done).toEqual(['up local+managed', 'up local+managed', 'check'])
  expect(fake.chosen).toEqual({ database: 'local', beside: 'managed' })
})

test('a release that does not come leaves all as it was, and the same again goes on', async () => {
  fake.troubles = { 2: 'fails' }
  await expect(to('managed')).rejects.toThrow(
    'nothing was moved, and the app goes on with the local database',
  )
  expect(fake.done.at(-1)).toBe('undo')
  expect([fake.chosen, fake.begun]).toEqual([{ database: 'local', beside: 'managed' }, null])
  expect(await to('managed')).toMatchObject({ to: 'managed' })
})

test('an update that is locked takes nothing back: the same move may be at work on another computer', async () => {
  fake.troubles = { 2: 'locked' }
  await expect(to('managed')).rejects.toThrow('another update of dev is at work')
  expect(fake.done.at(-1)).toBe('up managed+local')
  expect(fake.begun).toEqual({ from: 'local', to: 'managed', phase: 'ordered' })
  expect(fake.chosen).toEqual({ database: 'local', beside: 'managed' })
  expect(await to('managed')).toMatchObject({ to: 'managed' })
})

test('an update that fails behind the release is not taken back, and finished by the same again', async () => {
  fake.troubles = { 2: 'fails after' }
  await expect(to('managed')).rejects.toThrow(
    'the rows are in the managed database and the app uses it',
  )
  expect(fake.chosen.database).toBe('managed')
  fake.done = []
  expect(await to('managed')).toMatchObject({ to: 'managed', ...AT })
  // Nothing is copied over rows that are newer.
  expect(fake.done).toEqual(['up managed+local', 'done'])
})

test.each([
  ['in the first update', { 1: 'killed' as const }],
  ['before the release', { 2: 'killed' as const }],
  ['after the release', { 2: 'killed after' as const }],
])('after a kill %s the same again finishes it', async (_, troubles) => {
  fake.troubles = troubles
  await expect(to('managed')).rejects.toThrow('killed')
  expect(await to('managed')).toMatchObject({ to: 'managed', ...AT })
  expect([fake.live, fake.chosen]).toEqual(['managed', { database: 'managed', beside: 'local' }])
})

test('after a kill before the release the other direction takes it back', async () => {
  fake.troubles = { 2: 'killed' }
  await expect(to('managed')).rejects.toThrow('killed')
  fake.done = []
  expect(await to('local')).toBeUndefined()
  expect(fake.done).toEqual(['undo', 'up local+managed'])
  expect([fake.live, fake.begun]).toEqual(['local', null])
})

test('after a kill behind the release the other direction is a move of its own', async () => {
  fake.troubles = { 2: 'killed after' }
  await expect(to('managed')).rejects.toThrow('killed')
  fake.done = []
  expect(await to('local')).toMatchObject({ from: 'managed', to: 'local' })
  expect(fake.done.slice(0, 4)).toEqual(['up managed+local', 'done', 'up managed+local', 'check'])
})

test('a stack without a database has nothing to move', async () => {
  fake.chosen = { database: 'none', beside: 'none' }
  await expect(to('managed')).rejects.toThrow('dev has no database whose rows could be moved')
})

const secret = (text: string) => ({
  '4dabf18193072939515e22adb298388d': 'x',
  plaintext: JSON.stringify(text),
})
const resource = (type: string, outputs: object) => ({
  ...{ urn: type, type: `digitalocean:index/${type}` },
  outputs: outputs as Record<string, unknown>,
})

test('the order is made of the state', () => {
  const state = [
    resource('databaseCluster:DatabaseCluster', {
      ...{ privateHost: 'private-db.example.com', port: 25_060, user: 'doadmin' },
      ...{ password: secret('AVNS_admin'), storageSizeMib: '10240' },
    }),
    resource('databaseUser:DatabaseUser', { name: 'app', password: secret('AVNS_app') }),
    resource('databaseDb:DatabaseDb', { name: 'app' }),
  ]
  const password = 'random:index/randomPassword:RandomPassword'
  const local = {
    urn: `urn:pulumi:dev::padlock::padlock:index:LocalDatabase$${password}::padlock-dev-database`,
    ...{ type: password, outputs: { result: secret('staple') } },
  }
  const direction = { from: 'local', to: 'managed', replace: true }
  expect(JSON.parse(order(state, direction))).toEqual({
    ...{ ...direction, host: 'private-db.example.com', port: 25_060, user: 'doadmin' },
    ...{ password: 'AVNS_admin', database: 'app', app: 'app', appPassword: 'AVNS_app' },
    storageMiB: 10_240,
  })
  expect(JSON.parse(order([...state, local], direction)).localPassword).toBe('staple')
  expect(() => order(state.slice(1), direction)).toThrow('no whole managed database yet')
})

test('the receipt has the rows, the time, and the ways on', () => {
  const there = receipt({ from: 'local', to: 'managed', ...FOUND, ...AT }, 'dev')
  expect(there).toContain(
    'moved from local to managed: 4 rows of 2 tables, 1 sequence, all compared',
  )
  expect(there).toContain('2.5 s in which nothing could be written')
  expect(there).toContain('database move --to local --replace --stack dev')
  expect(there).toContain('its rows stay on the volume')
  const back = receipt({ from: 'managed', to: 'local', ...FOUND, ...AT }, 'dev')
  expect(back).toContain("'allowDelete[0]' database")
})
