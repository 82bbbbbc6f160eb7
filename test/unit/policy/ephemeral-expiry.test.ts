import { ephemeralExpiry } from '../../../policy/rules/ephemeral-expiry.ts'
import { type Case, databaseCluster, droplet, judge, volume } from './judge.ts'

beforeAll(() => {
  jest.useFakeTimers({ now: new Date('2026-11-22T09:00:00Z'), doNotFake: ['nextTick'] })
})
afterAll(() => jest.useRealTimers())

const tagged = (...tags: string[]): Case['resources'] => [{ type: droplet, props: { tags } }]
const said = (expires: string | undefined, more: Case = {}) =>
  judge(ephemeralExpiry, {
    stack: 'pr-7',
    resources: tagged('padlock-pr-7', 'padlock-pr-7:expires:20261123T0900Z'),
    ...more,
    config: { ...(expires && { expires }), ...more.config },
  })

test('an ephemeral stack that expires tomorrow passes', async () => {
  expect(await said('2026-11-23T09:00Z')).toEqual([])
})

test('a stack that stays passes without', async () => {
  expect(await said(undefined, { stack: 'dev', resources: tagged('padlock-dev') })).toEqual([])
})

test.each<[string | undefined, string]>([
  [undefined, 'expires is not set. Fix: pulumi config set expires 2026-11-23T09:00Z'],
  [
    'tomorrow',
    'expires is tomorrow, which is not a time in UTC to the minute. Fix: pulumi config set expires 2026-11-23T09:00Z',
  ],
  [
    '2026-11-23T09:00:00Z',
    'expires is 2026-11-23T09:00:00Z, which is not a time in UTC to the minute. Fix: pulumi config set expires 2026-11-23T09:00Z',
  ],
  [
    '2026-13-23T09:00Z',
    'expires is 2026-13-23T09:00Z, which is not a time in UTC to the minute. Fix: pulumi config set expires 2026-11-23T09:00Z',
  ],
])('an ephemeral stack with expires %s fails', async (expires, message) => {
  expect(await said(expires)).toEqual([`the stack: ${message}`])
})

test.each<[string, string, string]>([
  [
    '2026-11-22T08:59Z',
    '20261122T0859Z',
    'expires is 2026-11-22T08:59Z, which is past. Move it, or destroy the stack.',
  ],
  [
    '2026-12-07T09:00Z',
    '20261207T0900Z',
    'expires is 2026-12-07T09:00Z, more than 14 days away. Set it nearer.',
  ],
])('an ephemeral stack that expires at %s fails', async (expires, tag, message) => {
  const resources = tagged(`padlock-pr-7:expires:${tag}`)
  expect(await said(expires, { resources })).toEqual([`the stack: ${message}`])
})

test('a stack is ephemeral by its configuration, too', async () => {
  const more = { stack: 'trial', config: { ephemeral: true }, resources: [] }
  expect(await said(undefined, more)).toEqual([
    'the stack: expires is not set. Fix: pulumi config set expires 2026-11-23T09:00Z',
  ])
})

test('fewer days by the settings fail', async () => {
  expect(await said('2026-11-23T09:00Z', { settings: { maxDays: 0.5 } })).toEqual([
    'the stack: expires is 2026-11-23T09:00Z, more than 0.5 days away. Set it nearer.',
  ])
})

test.each([[['padlock-pr-7']], [['padlock-pr-7:expires:20261122T0900Z']]])(
  'a droplet with the tags %j fails',
  async (tags) => {
    expect(await said('2026-11-23T09:00Z', { resources: tagged(...tags) })).toEqual([
      'it: It lacks the tag padlock-pr-7:expires:20261123T0900Z.',
    ])
  },
)

test.each([volume, databaseCluster])('%s without the tag fails', async (type) => {
  const resources = [{ type, props: { tags: ['padlock-pr-7', 'padlock-pr-7:owner:1a2b3c4d'] } }]
  expect(await said('2026-11-23T09:00Z', { resources })).toEqual([
    'it: It lacks the tag padlock-pr-7:expires:20261123T0900Z.',
  ])
  const [given] = tagged('padlock-pr-7:expires:20261123T0900Z') ?? []
  expect(await said('2026-11-23T09:00Z', { resources: [{ ...given, type }] })).toEqual([])
})
