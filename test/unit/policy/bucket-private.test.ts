import { bucketSettings } from '../../../components/backups/bucket.ts'
import { bucketPrivate } from '../../../policy/rules/bucket-private.ts'
import { rules } from '../../../policy/rules.ts'
import { judge, spacesBucket, type Thing } from './judge.ts'

const said = (props: object, within?: string) => {
  const bucket: Thing = { type: spacesBucket, name: 'bucket', props, ...(within && { within }) }
  return judge(bucketPrivate, { resources: [bucket] })
}
const OF_BACKUPS = ['padlock:index:SpacesBackups', 'padlock:index:SpacesCopy']

test.each([{}, { acl: 'private' }])('a bucket of %j passes', async (props) => {
  expect(await said(props)).toEqual([])
  expect(await said(props, 'padlock:index:SeedBucket')).toEqual([])
})

test('a bucket that everybody may read fails', async () => {
  expect(await said({ acl: 'public-read' })).toEqual([
    'bucket: Its acl is public-read, so everybody can read what is in it. Set it to private.',
  ])
})

test.each(OF_BACKUPS)('a bucket in %s passes as it comes', async (within) => {
  expect(await said(bucketSettings('fra1', 7), within)).toEqual([])
  expect(await said(bucketSettings('fra1', 7), `padlock:index:Backups$${within}`)).toEqual([])
})

test.each([undefined, { enabled: false }])(
  'one with the versioning %j fails',
  async (versioning) => {
    const message =
      'bucket: It holds backups and keeps no versions, so whoever has its key can delete them for good. Set versioning.enabled to true.'
    for (const within of OF_BACKUPS) expect(await said({ versioning }, within)).toEqual([message])
  },
)

test('the pack has the rule', () => {
  expect(rules).toContain(bucketPrivate)
})
