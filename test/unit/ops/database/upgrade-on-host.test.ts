import {
  type HostUpgradingStack,
  notOnHost,
  receipt,
  type Upgraded,
  upgradeOnHost,
} from '../../../../ops/database/upgrade-on-host.ts'

const DONE: Upgraded = {
  ...{ from: '17', to: '18', rows: 1007, tables: { 'public.visits': 1000, 'public.more': 7 } },
  ...{ hash: '0123456789abcdef', downSeconds: 12.5, problems: [] },
}

/** A host whose packages bring the version that was chosen last. */
function stackWith(change: Partial<HostUpgradingStack> = {}, state: object | null = {}) {
  const done: string[] = []
  const said: string[] = []
  const good = (value: unknown) => ({ code: 0, stdout: JSON.stringify(value), stderr: '' })
  const stack: HostUpgradingStack = {
    name: 'dev',
    async host(words) {
      done.push(words.join(' '))
      if (words[0] !== 'state') return good(DONE)
      if (state === null)
        return { code: 1, stdout: '', stderr: 'usage: database up < PASSWORD | boot | stop' }
      return good({ version: '17', chosen: '17', step: null, ...state })
    },
    async choose(version) {
      done.push(`choose ${version}`)
    },
    async update(version) {
      done.push(`up ${version}`)
      return 0
    },
    known: async () => '18',
    say: (text) => said.push(text),
    ...change,
  }
  return { stack, done, said }
}

test('the version is installed by an update, and then the host takes the rows there', async () => {
  const { stack, done, said } = stackWith()
  expect(await upgradeOnHost(stack, '18')).toEqual(DONE)
  expect(done).toEqual(['state', 'choose 18', 'up 18', 'upgrade 18'])
  expect(said).toEqual([
    '1/2  PostgreSQL 18 is installed beside; the app goes on with 17',
    expect.stringMatching(/^2\/2 {2}the rows go from PostgreSQL 17 to 18/),
  ])
})

test('an update that was cut off before the state had it is made again', async () => {
  const { stack, done } = stackWith({ known: async () => '17' }, { version: '18', chosen: '18' })
  expect(await upgradeOnHost(stack, '18')).toBeUndefined()
  expect(done).toEqual(['state', 'choose 18', 'up 18'])
})

test.each<[string, object | null, string[]]>([
  ['installed already', { chosen: '18' }, ['choose 18', 'upgrade 18']],
  [
    'cut off after the swap',
    { version: '18', chosen: '18', step: 'after' },
    ['choose 18', 'upgrade 18'],
  ],
  ['there', { version: '18', chosen: '18' }, ['choose 18']],
  ['on a host from before this verb', null, ['choose 18', 'up 18', 'upgrade 18']],
])('one that is %s goes on from there', async (_, state, wanted) => {
  const { stack, done } = stackWith({}, state)
  await upgradeOnHost(stack, '18')
  expect(done).toEqual(['state', ...wanted])
})

test('what an earlier run that was cut off has left to do is told', async () => {
  const { stack, said } = stackWith({}, { version: '18', chosen: '18', step: 'after' })
  const host = stack.host
  const finished = { from: '18', to: '18', problems: ['the backup failed', 'no statistics'] }
  stack.host = async (words, tell) =>
    words[0] === 'state'
      ? host(words, tell)
      : { code: 0, stdout: JSON.stringify(finished), stderr: '' }
  expect(await upgradeOnHost(stack, '18')).toBeUndefined()
  expect(said.slice(1)).toEqual(['not yet: the backup failed', 'not yet: no statistics'])
})

const NONE = (to: string) => `--to ${to} is none of the host's versions. Allowed: 17, 18`

test('a move is proposed for a higher version that managed ones alone have', () => {
  expect(notOnHost('19', ['15', '18', '19'])).toBe(
    `${NONE('19')}; a managed database may have it, to which the rows go by a move: pulumi config set databaseVersion 19 && ./padlock database move --to managed`,
  )
  expect(notOnHost('15', ['15', '18', '19'])).toBe(NONE('15'))
})

test.each<[string, string, object, string]>([
  ['an older version than any host has', '15', {}, NONE('15')],
  ['one that is not there yet', '99', {}, NONE('99')],
  [
    'an older one',
    '17',
    { version: '18' },
    'the database of dev is PostgreSQL 18, and there is no way back to 17',
  ],
])('%s is refused before anything', async (_, to, state, message) => {
  const { stack, done } = stackWith({}, state)
  await expect(upgradeOnHost(stack, to)).rejects.toThrow(new Error(message))
  expect(done.filter((line) => line !== 'state')).toEqual([])
})

test('an update that fails ends before the rows', async () => {
  const { stack, done } = stackWith({ update: async () => 1 })
  await expect(upgradeOnHost(stack, '18')).rejects.toThrow(
    'PostgreSQL 18 is not installed, and the app goes on with 17. Fix:',
  )
  expect(done).not.toContain('upgrade 18')
})

test('what the host says against it is the message', async () => {
  const { stack } = stackWith()
  const host = stack.host
  stack.host = async (words, tell) =>
    words[0] === 'state'
      ? host(words, tell)
      : { code: 1, stdout: '', stderr: 'prepare: failed\nthe volume has not the room\n' }
  await expect(upgradeOnHost(stack, '18')).rejects.toThrow(
    /not upgraded: prepare: failed\nthe volume has not the room\n.*run this again/s,
  )
})

test('the receipt tells rows, seconds, what is left, and where the old cluster is', () => {
  const text = receipt({ ...DONE, problems: ['the backup failed'] }, 'dev')
  expect(text).toMatch(
    /^upgraded from PostgreSQL 17 to 18: 1,007 rows of 2 tables, all compared \(0123456789ab\)\n12\.5 s/,
  )
  expect(text).toContain('not yet: the backup failed')
  expect(text).toContain('database forget-former')
})
