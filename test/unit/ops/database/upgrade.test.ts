import { type LiveCluster, type UpgradingStack, upgrade } from '../../../../ops/database/upgrade.ts'

/** A cluster that takes three looks for its upgrade. */
function cluster(from: string, change: Partial<UpgradingStack> = {}) {
  const live: LiveCluster = { version: from, status: 'online' }
  const done: string[] = []
  let wanted: string | undefined
  let looks = 0
  const stack: UpgradingStack = {
    name: 'dev',
    cluster: async () => ({ id: 'c1', urn: 'urn:c1', name: 'padlock-dev-1a2b3c4d' }),
    async live() {
      if (wanted && ++looks > 3) Object.assign(live, { version: wanted, status: 'online' })
      return { ...live }
    },
    async raise(id, version) {
      done.push(`raise ${id} ${version}`)
      wanted = version
    },
    async refresh(urn) {
      done.push(`refresh ${urn}`)
      return 0
    },
    async choose(version) {
      done.push(`choose ${version}`)
    },
    async update() {
      done.push('update')
      return 0
    },
    async analyze() {
      done.push('analyze')
      return 0
    },
    say: () => {},
    async pause() {
      done.push('pause')
    },
    ...change,
  }
  return { stack, done, live }
}
const REST = ['choose 18', 'refresh urn:c1', 'update', 'analyze']

test('it is waited for, and then settings, state and statistics follow', async () => {
  const { stack, done } = cluster('17')
  expect(await upgrade(stack, '18')).toEqual({ from: '17', seconds: expect.any(Number) })
  // Still online in the old version right after it was asked for.
  expect(done).toEqual(['raise c1 18', 'pause', 'pause', 'pause', ...REST])
})

test('after a kill the rest follows, and nothing is asked for twice', async () => {
  const { stack, done } = cluster('18')
  expect(await upgrade(stack, '18')).toBeUndefined()
  expect(done).toEqual(REST)
})

test('an upgrade that ends while it is waited for is not asked for again', async () => {
  const { stack, done, live } = cluster('17')
  live.status = 'upgrading'
  const pause = stack.pause
  stack.pause = async (milliseconds) => {
    Object.assign(live, { version: '18', status: 'online' })
    await pause(milliseconds)
  }
  await upgrade(stack, '18')
  expect(done).toEqual(['pause', ...REST])
})

test('what is under way already is waited for first', async () => {
  const { stack, done, live } = cluster('17')
  live.status = 'migrating'
  let pauses = 0
  const pause = stack.pause
  stack.pause = async (milliseconds) => {
    if (++pauses === 2) live.status = 'online'
    await pause(milliseconds)
  }
  await upgrade(stack, '18')
  expect(done.slice(0, 3)).toEqual(['pause', 'pause', 'raise c1 18'])
})

test.each<[string, string, Partial<UpgradingStack>, string]>([
  [
    'no cluster',
    '17',
    { cluster: async () => undefined },
    'has no database that could be upgraded',
  ],
  [
    'one that is gone',
    '17',
    { live: async () => undefined },
    'no cluster padlock-dev-1a2b3c4d (c1) any more',
  ],
  ['an older version', '19', {}, 'is PostgreSQL 19, and there is no way back to 18'],
])('%s is refused before anything', async (_, from, change, message) => {
  const { stack, done } = cluster(from, change)
  await expect(upgrade(stack, '18')).rejects.toThrow(message)
  expect(done).toEqual([])
})

test('an upgrade that does not come, a state that does not learn of it, and a host without its programs say what to do', async () => {
  const never = cluster('17', { raise: async () => {} })
  await expect(upgrade(never.stack, '18')).rejects.toThrow('is not PostgreSQL 18 after 60 minutes')
  expect(never.done).not.toContain('choose 18')
  const lost = cluster('17', { refresh: async () => 1 })
  await expect(upgrade(lost.stack, '18')).rejects.toThrow('the state does not know it')
  const old = cluster('17', { update: async () => 1 })
  await expect(upgrade(old.stack, '18')).rejects.toThrow('no dump of it can be made. Fix: repair')
  expect(old.done).not.toContain('analyze')
})
