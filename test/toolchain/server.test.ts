import { join } from 'node:path'
import { requireLoopback } from '../../sandbox/toolchain/standins/server/loopback.ts'
import { type StandIn, startStandIn } from './replay.ts'

const URN = 'urn:pulumi:dev::p::a:b:Parent$test:index/thing:Thing::x'
const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
const SECRET = {
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value: 'hello hi',
}

describe('the shared provider server', () => {
  let provider: StandIn
  beforeAll(async () => {
    provider = await startStandIn(join(import.meta.dirname, 'server.provider.ts'))
  })
  afterAll(() => provider.stop())

  test('refuses to work before Configure, and says so', async () => {
    const { error } = await provider.call('Create', { urn: URN, properties: {} })
    expect(error).toEqual({ code: 2, message: 'the test provider is not configured' })
  })

  test('tells its version and leaves Handshake unimplemented', async () => {
    expect((await provider.call('GetPluginInfo', {})).response).toEqual({ version: '1.2.3' })
    expect((await provider.call('Handshake', {})).error?.code).toBe(12)
    expect((await provider.call('DiffConfig', { urn: URN })).error?.code).toBe(12)
  })

  test('gives configuration back unmarked, and announces its features', async () => {
    const news = { token: { ...SECRET, value: 't' }, version: '1' }
    expect((await provider.call('CheckConfig', { urn: URN, news })).response).toEqual({
      inputs: { token: 't', version: '1' },
    })
    const args = { greeting: 'hello' }
    const configured = { variables: { 'test:config:greeting': 'hi' }, args }
    expect((await provider.call('Configure', configured)).response).toEqual({
      acceptSecrets: true,
      supportsPreview: true,
    })
  })

  test('hands requests over and results back', async () => {
    const check = { urn: URN, olds: {}, news: { a: null, bad: true }, randomSeed: 'AAAA' }
    expect(
      (await provider.call('Check', { ...check, autonaming: { mode: 1, proposedName: 'p' } }))
        .response,
    ).toEqual({
      inputs: {
        a: null,
        bad: true,
        name: 'x',
        type: 'test:index/thing:Thing',
        seed: 3,
        mode: 'enforce',
      },
      failures: [{ property: 'bad', reason: 'is bad' }],
    })
    const diff = { urn: URN, id: 'one', olds: { a: 1 }, news: { a: [2] }, oldInputs: { c: 1 } }
    expect((await provider.call('Diff', diff)).response).toEqual({
      changes: 'DIFF_SOME',
      diffs: ['a'],
      replaces: ['a'],
      stables: ['c'],
      deleteBeforeReplace: true,
      detailedDiff: { a: { kind: 'UPDATE_REPLACE' }, 'b[0]': { inputDiff: true } },
      hasDetailedDiff: true,
    })
    const update = { urn: URN, id: 'one', news: { a: UNKNOWN }, preview: true }
    expect((await provider.call('Update', update)).response).toEqual({
      properties: { a: UNKNOWN, preview: true },
    })
    expect((await provider.call('Read', { urn: URN, id: 'i', inputs: { a: 1 } })).response).toEqual(
      {
        id: 'i',
        properties: { id: 'i' },
        inputs: { a: 1 },
      },
    )
    expect((await provider.call('Read', { urn: URN, id: 'gone' })).response).toEqual({})
    expect((await provider.call('Delete', { urn: URN, id: 'i' })).response).toEqual({})
  })

  test('sends messages to the engine before the answer', async () => {
    provider.messages.length = 0
    const create = await provider.call('Create', { urn: URN, properties: {}, timeout: 7 })
    expect(create.response).toEqual({
      id: 'one',
      properties: { made: SECRET, timeout: 7, big: null },
    })
    expect(provider.messages).toEqual([
      { severity: 'warning', urn: URN, message: 'working', ephemeral: true },
    ])
  })

  test('previews carry no id', async () => {
    const create = await provider.call('Create', { urn: URN, properties: { a: 1 }, preview: true })
    expect(create.response).toEqual({ properties: { a: 1, made: UNKNOWN } })
  })

  test('failures keep their text, code and what exists already', async () => {
    const fail = (how: string) => provider.call('Create', { urn: URN, properties: { fail: how } })
    expect((await fail('plainly')).error).toEqual({
      code: 2,
      message: '1 error occurred:\n\t* no ümlaut\n\n',
    })
    expect((await fail('with code')).error).toEqual({ code: 4, message: 'out of time' })
    expect((await fail('half-way')).error).toEqual({
      code: 2,
      message: 'not ready',
      details: [
        {
          type: 'pulumirpc.ErrorResourceInitFailed',
          id: 'half',
          properties: { made: null },
          reasons: ['not ready'],
        },
      ],
    })
  })

  test('names types and functions that it does not know', async () => {
    const urn = 'urn:pulumi:dev::p::test:index/other:Other::x'
    expect((await provider.call('Check', { urn })).error?.message).toBe(
      'unrecognized resource type (Check): test:index/other:Other',
    )
    expect((await provider.call('Invoke', { tok: 'test:index/no:no' })).error?.message).toBe(
      'unrecognized data function (Invoke): test:index/no:no',
    )
  })

  test('calls functions', async () => {
    const echo = (args: Record<string, unknown>) =>
      provider.call('Invoke', { tok: 'test:index/echo:echo', args, preview: true })
    expect((await echo({ a: [1] })).response).toEqual({ return: { a: [1], preview: true } })
    expect((await echo({ bad: true })).response).toEqual({ failures: [{ reason: 'bad' }] })
  })

  test('takes values of several megabytes', async () => {
    const big = 'x'.repeat(6_000_000)
    const { response } = await provider.call('Create', { urn: URN, properties: { big } })
    expect((response!.properties as { big: string }).big.length).toBe(big.length)
  })

  test('Cancel aborts what runs', async () => {
    const running = provider.call('Create', { urn: URN, properties: { wait: true } })
    const waits = () => provider.messages.some(({ message }) => message === 'waiting')
    while (!waits()) await new Promise((resolve) => setTimeout(resolve, 20))
    await provider.call('Cancel', {})
    expect((await running).error?.message).toBe('cancelled')
  })
})

describe('the loopback guard', () => {
  test.each([
    'http://127.0.0.1:8470',
    'https://[::1]:1/',
    'http://localhost',
    'http://a.b.localhost:1',
    'http://127.9.9.9',
  ])('lets %s pass', (url) =>
    expect(() => requireLoopback('digitalocean', '4.80.1', url)).not.toThrow(),
  )

  test.each([
    ['https://api.digitalocean.com', 'api.digitalocean.com'],
    ['http://127.0.0.1.example.com', '127.0.0.1.example.com'],
    ['http://10.0.0.1', '10.0.0.1'],
    ['http://localhost@evil.example', 'evil.example'],
    ['http://0.0.0.0', '0.0.0.0'],
    ['http://[::ffff:8.8.8.8]', '[::ffff:808:808]'],
  ])('refuses %s', (url, host) => {
    expect(() => requireLoopback('digitalocean', '4.80.1', url)).toThrow(
      'this is a stand-in for the digitalocean provider plugin: it talks to simulators on this computer only ' +
        `(127.0.0.0/8, ::1, localhost, *.localhost) and refuses '${host}'. For a real account install the real ` +
        'plugin: pulumi plugin install resource digitalocean v4.80.1',
    )
  })

  test('names an endpoint that is no URL', () => {
    expect(() => requireLoopback('auth0', '3.49.0', 'not a url')).toThrow(
      "invalid endpoint 'not a url' for provider auth0: not a URL",
    )
  })
})
