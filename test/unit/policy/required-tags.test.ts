import { requiredTags } from '../../../policy/rules/required-tags.ts'
import { client, databaseCluster, droplet, firewall, judge, volume } from './judge.ts'

const metadata = { project: 'padlock', stack: 'dev' }

test.each([droplet, volume, databaseCluster])('a %s with the tag passes', async (type) => {
  const props = { tags: ['other', 'padlock-dev'] }
  expect(await judge(requiredTags, { resources: [{ type, props }] })).toEqual([])
})

test('what cannot be tagged passes', async () => {
  expect(await judge(requiredTags, { resources: [{ type: firewall }] })).toEqual([])
})

test.each([droplet, volume, databaseCluster])('a %s without a tag fails', async (type) => {
  expect(await judge(requiredTags, { resources: [{ type }] })).toEqual([
    'it: It lacks the tag padlock-dev.',
  ])
})

test("another stack's tag fails", async () => {
  const resources = [{ type: droplet, props: { tags: ['padlock-prod'] } }]
  expect(await judge(requiredTags, { resources })).toEqual([
    'it: It lacks the tag padlock-dev (it has padlock-prod).',
  ])
})

test('an application with the metadata passes', async () => {
  const resources = [{ type: client, props: { clientMetadata: metadata } }]
  expect(await judge(requiredTags, { resources })).toEqual([])
})

test.each<[object, string[]]>([
  [
    {},
    [
      'it: clientMetadata.project is not set. Set it to padlock.',
      'it: clientMetadata.stack is not set. Set it to dev.',
    ],
  ],
  [
    { clientMetadata: { ...metadata, stack: 'prod' } },
    ['it: clientMetadata.stack is prod. Set it to dev.'],
  ],
])('an application with %j fails', async (props, messages) => {
  expect(await judge(requiredTags, { resources: [{ type: client, props }] })).toEqual(messages)
})
