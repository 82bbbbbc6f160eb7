/** What a report says of backups: that they come and what they cost, go, and follow a droplet. */
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
