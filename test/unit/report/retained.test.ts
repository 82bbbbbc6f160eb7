/** What a report says of what the engine lets go of and does not delete. */
import { costInWords } from '../../../ops/report/cost.ts'
import { markdown } from '../../../ops/report/markdown.ts'
import { report } from '../../../ops/report/report.ts'
import { text } from '../../../ops/report/text.ts'
import { preview } from './fixtures.ts'
import { DROPLET, made, type Parts, ROOM, stays } from './host-changes.ts'

const STACK = 'pulumi:pulumi:Stack'
const VOLUME = 'digitalocean:index/volume:Volume'
const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'
const DB = 'digitalocean:index/databaseDb:DatabaseDb'
const USER = 'digitalocean:index/databaseUser:DatabaseUser'
const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket#padlock-dev-backups'
const ZONE = 'digitalocean:index/domain:Domain'
const IN_CLUSTER = `${ROOM}$ManagedDatabase`
const clusterUrn = `urn:pulumi:dev::padlock::padlock:index:${ROOM}$padlock:index:ManagedDatabase$${CLUSTER}::padlock-dev`
const cluster = { size: 'db-s-1vcpu-1gb', nodeCount: 1 }
const retainOnDelete = true

const everything = (retainOnDelete: boolean): Parts => ({
  [STACK]: { old: {} },
  [DROPLET]: { old: { size: 's-1vcpu-1gb' }, within: `${ROOM}$Host` },
  [VOLUME]: { old: { size: 10 }, within: `${ROOM}$DataVolume`, retainOnDelete },
  [CLUSTER]: { old: cluster, within: IN_CLUSTER, retainOnDelete },
  [DB]: { old: { name: 'app' }, within: IN_CLUSTER, retainOnDelete },
  [USER]: { old: { name: 'app' }, within: IN_CLUSTER, deletedWith: clusterUrn },
  [BUCKET]: { old: { region: 'fra1' }, within: `${ROOM}$SpacesBackups`, retainOnDelete },
})

test('a destroy leaves it in the account, where it costs as before', () => {
  const found = made(everything(true))
  expect(found.headline.text).toBe(
    'Destroys the whole deployment: 1 resource and the site with them; lets go of the bucket, the managed database and the volume, which stay in the account',
  )
  expect(costInWords(found.cost)).toMatch(/^\$27\.15 → \$21\.15 a month \(-\$6\.00\)/)
  expect(found.changes.filter(({ retained }) => !retained).map(({ kind }) => kind)).toEqual([
    'Droplet',
  ])
})

test('a destroy by consent deletes it, and costs no more', () => {
  const found = made(everything(false))
  expect(found.headline.text).toBe(
    'Destroys the whole deployment: 6 resources and the site with them',
  )
  expect(costInWords(found.cost)).toContain('$27.15 → $0.00')
})

const zone = (retainOnDelete: boolean): Parts => ({
  ...stays,
  [ZONE]: { old: { name: 'example.com' }, within: `${ROOM}$Dns`, retainOnDelete },
})

test('a zone that is handed over is not lost, in no format', () => {
  const found = made(zone(true))
  expect(found.headline.text).toBe('Lets go of the DNS zone, which stays in the account')
  expect(found.changes[0]).toMatchObject({ operation: 'delete', dangerous: false, retained: true })
  expect(markdown(found)).toContain('| delete | Domain `padlock-dev` (stays in the account) |')
  expect(text(found)).toContain('  - Domain padlock-dev (stays in the account)')
  expect(found.picture).toContain('name["DNS: stays in the account"]')
  expect(made(zone(false)).headline.text).toBe('Deletes the DNS zone: what it holds is lost')
})

test('what lies in a managed database that is let go of is told with it', () => {
  const { [STACK]: _, [DROPLET]: __, ...parts } = everything(true)
  expect(made({ ...stays, ...parts }).headline.text).toBe(
    'Lets go of the bucket, the managed database and the volume, which stay in the account',
  )
})

test('what is replaced leaves the former one, and the new one is empty', () => {
  const found = made({
    ...stays,
    [VOLUME]: {
      ...{ old: { size: 10, region: 'a' }, new: { size: 10, region: 'b' }, replaces: ['region'] },
      retainOnDelete,
    },
  })
  expect(found.headline.text).toBe(
    'Replaces the Volume padlock-dev: the new one is empty, and the former stays in the account',
  )
  expect(found.changes[0]).toMatchObject({ dangerous: true })
})

test('what a refresh does not find is gone', () => {
  const { steps = [] } = preview({ [VOLUME]: { old: { size: 10 }, retainOnDelete } })
  const found = report({ steps: [...steps, { op: 'refresh', urn: 'urn:pulumi:dev::p::a:b:C::d' }] })
  expect(found.cost.lines[0]).toMatchObject({ before: 1, after: 0 })
})
