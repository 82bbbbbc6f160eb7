import { bridgedSuite } from './bridged-suite.ts'
import type { LeaveOut } from './compare.ts'
import { script, scriptFunction } from './digitalocean.script.ts'
import { type RecordedApi, startRecordedApi } from './recorded-api.ts'
import { type StandIn, startStandIn } from './replay.ts'

const LEAVE_OUTS: LeaveOut[] = [
  {
    what: /checkconfig-bad-(number|type)/,
    why: 'numbers in the configuration that are none: the stack has no such setting',
  },
]

/** As in the recordings, so that retries are quick. */
const RETRIES = { httpRetryMax: '1', httpRetryWaitMin: '0.1', httpRetryWaitMax: '0.2' }

let api: RecordedApi
let standIn: StandIn

beforeAll(async () => {
  api = await startRecordedApi()
  standIn = await startStandIn('digitalocean', {
    env: { DIGITALOCEAN_TOKEN: 'tok', DIGITALOCEAN_API_URL: `http://127.0.0.1:${api.port}` },
  })
  expect((await standIn.call('Configure', { args: RETRIES })).response).toEqual({
    supportsPreview: true,
    supportsAutonamingConfiguration: true,
  })
})

afterAll(async () => {
  await standIn.stop()
  await api.stop()
})

test.each(['https://api.digitalocean.com', 'http://10.1.2.3:8470'])(
  'refuses %s, and says how to get the real plugin',
  async (apiEndpoint) => {
    const { error } = await standIn.call('Configure', { args: { token: 'x', apiEndpoint } })
    expect(error?.message).toBe(
      'this is a stand-in for the digitalocean provider plugin: it talks to simulators on this computer only ' +
        `(127.0.0.0/8, ::1, localhost, *.localhost) and refuses '${new URL(apiEndpoint).hostname}'. For a real ` +
        'account install the real plugin: pulumi plugin install resource digitalocean v4.80.1',
    )
  },
)

test('refuses properties that it does not know, instead of dropping them', async () => {
  const urn = 'urn:pulumi:dev::p::digitalocean:index/droplet:Droplet::web'
  const news = { image: 'i', size: 's', volumeIds: ['v'] }
  const { response } = await standIn.call('Check', { urn, news })
  expect(response?.failures).toEqual([
    {
      reason:
        "This stand-in for the real plugin does not know the property. Examine values at 'web.volumeIds'.",
    },
  ])
})

const URN = 'urn:pulumi:dev::p::digitalocean:index'
const PENDING = { id: 'unprocessable_entity', message: 'Droplet already has a pending event.' }
const actions = '/v2/volumes/v/actions'
const refused = { step: '', method: 'POST', url: actions, status: 422, response: PENDING }

test('an attachment is asked for again while the droplet has something else to do', async () => {
  const begun = { ...refused, status: 202, response: { action: { id: 7 } } }
  const done = { action: { id: 7, status: 'completed' } }
  api.load([
    { step: '', method: 'GET', url: '/v2/volumes/v', status: 200, response: { volume: {} } },
    ...[refused, { ...refused }, begun],
    { step: '', method: 'GET', url: '/v2/actions/7', status: 200, response: done },
  ])
  const { response } = await standIn.call('Create', {
    urn: `${URN}/volumeAttachment:VolumeAttachment::data`,
    properties: { dropletId: 1, volumeId: 'v' },
  })
  expect(response?.id).toMatch(/^1-v-\d{26}$/)
  expect(api.strange).toEqual([])
  expect(api.missed()).toEqual([])
})

test('a detachment that is never let in fails with what was said last', async () => {
  api.load([], refused)
  const { error } = await standIn.call('Delete', {
    id: '1-v-2',
    urn: `${URN}/volumeAttachment:VolumeAttachment::data`,
    properties: { dropletId: 1, volumeId: 'v' },
    timeout: 1,
  })
  expect(error?.message).toMatch(
    /\* Error detaching volume from droplet after retry timeout: POST \S+\/actions: 422 .*pending event/,
  )
})

/** Of which there is no recording: after the provider's source. */
test('a snapshot of a volume is made, read, and tagged', async () => {
  const urn = `${URN}/volumeSnapshot:VolumeSnapshot::before`
  const snapshot = {
    ...{ id: 's', name: 'before', resource_id: 'v', regions: ['ams3'], min_disk_size: 3 },
    ...{ size_gigabytes: 3, created_at: '2026-11-22T02:52:23Z', tags: ['a'] },
  }
  const body = { volume_id: 'v', name: 'before', description: '', tags: ['a'] }
  const get = { step: '', method: 'GET', url: '/v2/snapshots/s', status: 200 }
  api.load([
    {
      ...{ step: '', method: 'POST', url: '/v2/volumes/v/snapshots', status: 201 },
      ...{ request: body, response: { snapshot } },
    },
    { ...get, response: { snapshot } },
  ])
  const news = { name: 'before', volumeId: 'v', tags: ['a'] }
  const made = await standIn.call('Create', { urn, properties: news })
  expect(made.response).toMatchObject({
    id: 's',
    properties: { ...news, regions: ['ams3'], minDiskSize: 3, size: 3 },
  })
  const { id, properties: olds } = made.response as { id: string; properties: object }
  expect(api.missed()).toEqual([])

  const tagged = { resources: [{ resource_id: 's', resource_type: 'volume_snapshot' }] }
  api.load([
    { step: '', method: 'POST', url: '/v2/tags', status: 201, request: { name: 'b' } },
    { step: '', method: 'POST', url: '/v2/tags/b/resources', status: 204, request: tagged },
    { ...get, response: { snapshot: { ...snapshot, tags: ['a', 'b'] } } },
  ])
  const { response } = await standIn.call('Update', {
    ...{ id, urn, olds, news: { ...news, tags: ['a', 'b'] } },
  })
  expect(response?.properties).toMatchObject({ tags: ['a', 'b'] })
  expect(api.strange).toEqual([])
  expect(api.missed()).toEqual([])
})

bridgedSuite({
  plugin: 'digitalocean',
  types: [
    'ContainerRegistry',
    'Tag',
    'SshKey',
    'Domain',
    'Droplet',
    'ReservedIp',
    'ReservedIpAssignment',
    'DnsRecord',
    'Firewall',
    'Project',
    'Volume',
    'VolumeAttachment',
    'DatabaseCluster',
    'DatabaseFirewall',
    'DatabaseUser',
    'DatabaseDb',
  ],
  leaveOuts: LEAVE_OUTS,
  running: () => ({ api, standIn }),
  script,
  scriptFunction,
  // Asks until a minute is over.
  patience: ({ step }) => (step === 'droplet-delete-422' ? { timeout: 1 } : {}),
  gone: {
    status: 404,
    response: { id: 'not_found', message: 'The resource you were accessing could not be found.' },
  },
  expected: 1693,
})
