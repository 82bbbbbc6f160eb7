/** What a report says of backups: that they come and what they cost, go, and follow a droplet. */
import { report } from '../../../ops/report/report.ts'
import { preview } from './fixtures.ts'
import { beside, made, type Parts, ROOM, release, replaced, stays } from './host-changes.ts'

const IN_BACKUPS = `${ROOM}$Backups`
const IN_SPACES = `${ROOM}$SpacesBackups`
const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket#padlock-dev-backups'
const KEY = 'digitalocean:index/spacesKey:SpacesKey#padlock-dev-backups'
const PASSPHRASE = 'random:index/randomPassword:RandomPassword#padlock-dev-backups'
const COMMAND = 'command:remote:Command#padlock-dev-backups'
const order = { create: 'sudo /usr/lib/padlock/backup up' }
const words = (parts: Parts) => made(parts).headline.text

test('that they come, with the price of the bucket', () => {
  const found = made({
    ...stays,
    [BUCKET]: { new: { region: 'fra1' }, within: IN_SPACES },
    [KEY]: { new: { name: 'padlock-dev-backups' }, within: IN_SPACES },
    [PASSPHRASE]: { new: { length: 40 }, within: IN_BACKUPS },
    [COMMAND]: { new: order, within: IN_BACKUPS },
  })
  expect(found.headline.text).toBe(
    'Adds the backups, the bucket and the keys to the bucket, no downtime',
  )
  expect(JSON.stringify(found)).toContain('Spaces, up to 250 GiB')
})

test('that a destroy will tell what it leaves, which stops nothing', () => {
  const KEPT = 'command:local:Command#padlock-dev-bucket-kept'
  const told = { delete: 'node components/kept/main.ts' }
  expect(words({ ...stays, [KEPT]: { new: told, within: IN_SPACES } })).toBe(
    'Adds the receipt of what a destroy leaves, no downtime',
  )
  expect(words({ ...stays, [KEPT]: { old: told, within: IN_SPACES } })).not.toContain('judge')
})

test('that they end', () => {
  const gone: Parts = {
    [PASSPHRASE]: { old: { length: 40 }, within: IN_BACKUPS },
    [COMMAND]: { old: order, within: IN_BACKUPS },
  }
  expect(words({ ...beside, ...gone })).toBe(
    'Ends the backups and deletes their passphrase: those that there are stay where they are, and whoever has not kept it cannot read them',
  )
  const bucket: Parts = { [BUCKET]: { old: { region: 'fra1' }, within: IN_SPACES } }
  expect(words({ ...beside, ...gone, ...bucket })).toMatch(
    /^Deletes the bucket: what it holds is lost/,
  )
})

test('that a new droplet gets the order too, which stops nothing', () => {
  const again = { old: { ...order, triggers: [1] }, new: { ...order, triggers: [2] } }
  const parts = { [COMMAND]: { ...again, replaces: ['triggers'], within: IN_BACKUPS } }
  expect(words({ ...replaced('image'), ...release, ...parts })).toMatch(/, no downtime: /)
})

test('that another key for the host stops nothing, and another passphrase is to be judged', () => {
  const key = { old: { name: 'a' }, new: { name: 'b' }, replaces: ['name'], within: IN_SPACES }
  expect(words({ ...beside, [KEY]: key })).not.toContain('judge')
  const other = {
    old: { length: 40 },
    new: { length: 41 },
    replaces: ['length'],
    within: IN_BACKUPS,
  }
  expect(words({ ...beside, [PASSPHRASE]: other })).toContain('Replaces the backups: judge by')
})

const COMPONENT = 'padlock:index:Backups'
const kept = { keepDaily: 7, keepWeekly: 4 }
const ordered = (after: object, before: object = kept): Parts => ({
  ...stays,
  [COMPONENT]: { old: { ...before }, new: { ...after }, within: ROOM },
  [COMMAND]: {
    old: { ...order, stdin: 'a' },
    new: { ...order, stdin: 'b' },
    within: IN_BACKUPS,
  },
})

test('that fewer are kept, with the numbers', () => {
  const found = made(ordered({ keepDaily: 3, keepWeekly: 1 }))
  expect(found.headline.text).toBe(
    'Keeps fewer backups (keepDaily 7 → 3, keepWeekly 4 → 1): the next one deletes what is older',
  )
  expect(found.changes.find(({ kind }) => kind === 'Backups')?.differences).toEqual([
    { path: 'keepDaily', old: 7, new: 3, replaces: false },
    { path: 'keepWeekly', old: 4, new: 1, replaces: false },
  ])
  expect(words(ordered({ keepDaily: 7, keepWeekly: 8 }))).toBe(
    'Changes the backups in place, no downtime',
  )
})

test('that fewer are kept than an earlier program has noted', () => {
  const { steps = [] } = preview(ordered({ keepDaily: 7, keepWeekly: 1 }, {}))
  const noted = steps.map((step) =>
    step.urn.includes(`${COMPONENT}::`)
      ? { ...step, oldState: { type: COMPONENT, inputs: {}, outputs: kept } }
      : step,
  )
  expect(report({ steps: noted }).headline.text).toMatch(
    /^Keeps fewer backups \(keepWeekly 4 → 1\): /,
  )
})

const DATABASE: Parts = {
  'padlock:index:LocalDatabase': { old: { a: 1 }, new: { a: 1 }, within: ROOM },
}
const begin: Parts = {
  [COMPONENT]: { new: kept, within: ROOM },
  [COMMAND]: { new: order, within: IN_BACKUPS },
}
const end: Parts = {
  [COMPONENT]: { old: kept, within: ROOM },
  [COMMAND]: { old: order, within: IN_BACKUPS },
}

test('that the database on the host restarts as they begin, and as they end', () => {
  const ends = 'connections end for some seconds'
  expect(words({ ...stays, ...DATABASE, ...begin })).toBe(
    `Restarts the database on the host, as its backups begin: ${ends}`,
  )
  expect(words({ ...stays, ...DATABASE, ...end })).toContain(
    `; restarts the database on the host, as its backups end: ${ends}`,
  )
})

test.each<[string, Parts]>([
  ['without a database', { ...stays, ...begin }],
  [
    'with a database that comes',
    { ...stays, ...begin, 'padlock:index:LocalDatabase': { new: { a: 1 }, within: ROOM } },
  ],
  ['on a droplet that is new', { ...replaced('image'), ...DATABASE, ...begin }],
  ['that are there already', { ...ordered({ ...kept, keepWeekly: 5 }), ...DATABASE }],
])('that nothing restarts %s', (_, parts) => {
  expect(words(parts)).not.toContain('estarts the database')
})
