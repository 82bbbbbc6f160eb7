import { requiredTags } from '../../../policy/rules/required-tags.ts'
import { client, databaseCluster, droplet, firewall, judge, volume } from './judge.ts'

const metadata = { project: 'padlock', stack: 'dev', owner: '1a2b3c4d' }
const owner = 'padlock-dev:owner:1a2b3c4d'

test.each([droplet, volume, databaseCluster])('a %s with both tags passes', async (type) => {
  const props = { tags: ['other', 'padlock-dev', owner] }
  expect(await judge(requiredTags, { resources: [{ type, props }] })).toEqual([])
})

test('what cannot be tagged passes', async () => {
  expect(await judge(requiredTags, { resources: [{ type: firewall }] })).toEqual([])
})

test.each([droplet, volume, databaseCluster])('a %s without a tag fails', async (type) => {
  expect(await judge(requiredTags, { resources: [{ type }] })).toEqual([
    'it: It lacks the tag padlock-dev.',
    'it: It lacks the tag padlock-dev:owner:OWNER.',
  ])
})

test("another stack's tag fails", async () => {
  const resources = [{ type: droplet, props: { tags: ['padlock-prod'] } }]
  expect(await judge(requiredTags, { resources })).toEqual([
    'it: It lacks the tag padlock-dev (it has padlock-prod).',
    'it: It lacks the tag padlock-dev:owner:OWNER.',
  ])
})

test.each([
  [['padlock-dev'], {}, 'OWNER'],
  [['padlock-dev', 'padlock-prod:owner:1a2b3c4d'], {}, 'OWNER'],
  [['padlock-dev', owner], { owner: 'acmeshop' }, 'acmeshop'],
])('a droplet with %j lacks the owner (%j)', async (tags, config, wanted) => {
  const resources = [{ type: droplet, props: { tags } }]
  expect(await judge(requiredTags, { resources, config })).toEqual([
    `it: It lacks the tag padlock-dev:owner:${wanted}.`,
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
      'it: clientMetadata.owner is not set. Set it to OWNER.',
    ],
  ],
  [
    { clientMetadata: { ...metadata, stack: 'prod' } },
    ['it: clientMetadata.stack is prod. Set it to dev.'],
  ],
])('an application with %j fails', async (props, messages) => {
  expect(await judge(requiredTags, { resources: [{ type: client, props }] })).toEqual(messages)
})
