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
  expected: 1325,
})
