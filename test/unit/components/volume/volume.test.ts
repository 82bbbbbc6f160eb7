import http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as pulumi from '@pulumi/pulumi'
import { checkVolume, warnOfDetached } from '../../../../components/account/volume.ts'
import { ITEM } from '../../../../components/kept/item.ts'
import type { Former } from '../../../../components/state.ts'
import { DataVolume, sshPortOfHolder } from '../../../../components/volume/index.ts'
import { Anchor, mockProviders, plain, settle, value } from '../mocks.ts'

const settings = { size: 20, region: 'fra1', protect: true, keep: true }

test('a volume without a file system, its attachment, and a command that needs the attachment’s id', async () => {
  const registered = mockProviders(false, {
    'digitalocean:index/volume:Volume': () => ({ volumeUrn: 'do:volume:v1' }),
    'digitalocean:index/volumeAttachment:VolumeAttachment': () => ({}),
  })
  const volume = new DataVolume('padlock-dev', {
    ...settings,
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    droplet: new Anchor(),
    dropletId: pulumi.output('4711'),
    owner: '1a2b3c4d',
    tags: ['padlock-dev', 'padlock-dev:owner:1a2b3c4d'],
    before: [],
  })
  const byType = await settle(registered)
  expect(byType['digitalocean:index/volume:Volume']?.[0]?.inputs).toEqual({
    name: 'padlock-dev-1a2b3c4d',
    description: 'Data of the stack dev',
    region: 'fra1',
    size: 20,
    tags: ['padlock-dev', 'padlock-dev:owner:1a2b3c4d'],
  })
  expect(byType['digitalocean:index/volumeAttachment:VolumeAttachment']?.[0]?.inputs).toEqual({
    dropletId: 4711,
    volumeId: 'padlock-dev-id',
  })
  const commandOf = (name: string) =>
    plain(byType['command:local:Command']?.find((one) => one.name === name)?.inputs) as Record<
      string,
      unknown
    >
  const command = commandOf('padlock-dev-volume-mounted')
  expect(commandOf('padlock-dev-volume-kept')).toMatchObject({
    environment: {
      [ITEM]: JSON.stringify({
        ...{ kind: 'volume', name: 'padlock-dev-1a2b3c4d', id: 'padlock-dev-id' },
      }),
    },
  })
  expect(command).toMatchObject({
    create: 'node components/volume/main.ts mount 20-GiB',
    delete: 'node components/volume/main.ts unmount',
    triggers: ['padlock-dev-id'],
  })
  expect(JSON.parse((command.stdin as { secret: string }).secret)).toEqual({
    address: { host: '198.51.100.7', port: 22, hostKey: 'ssh-ed25519 AAAA' },
    privateKeys: ['private'],
    dropletId: '4711',
    account: {},
  })
  expect(await value(volume.urnOfVolume)).toBe('do:volume:v1')
  expect(await value(volume.volumeId)).toBe('padlock-dev-id')
  const type = 'command:local:Command'
  expect(sshPortOfHolder([{ urn: 'a', type, outputs: command }])).toBe(22)
  expect(sshPortOfHolder([{ urn: 'a', type, outputs: {} }])).toBeUndefined()
})

describe('the volume that a stack has', () => {
  const state = (protects?: boolean, keeps = protects): Former[] => [
    {
      ...{ urn: 'a', type: 'digitalocean:index/volume:Volume' },
      outputs: { name: 'padlock-dev-1a2b3c4d', size: 20, region: 'fra1' },
    },
    { urn: 'b', type: 'padlock:index:DataVolume', outputs: { protects, keeps } },
  ]

  test.each([
    ['stays', settings],
    ['grows', { ...settings, size: 21 }],
    ['is elsewhere, by consent', { ...settings, region: 'ams3', protect: false, keep: false }],
  ])('%s', (_, wanted) => {
    expect(() => checkVolume(state(true), wanted)).not.toThrow()
  })

  test('that is none yet is not asked about', () => {
    expect(() => checkVolume([], settings)).not.toThrow()
    expect(() => checkVolume([], undefined)).not.toThrow()
  })

  test.each([
    [
      { ...settings, size: 19 },
      "volume = 19 is less than the 20 GiB of the stack's volume padlock-dev-1a2b3c4d, and a volume cannot shrink. Allowed: a whole number from 20.\n    Fix: pulumi config set volume 20",
    ],
    [{ ...settings, size: 19, protect: false }, 'volume = 19 is less than the 20 GiB'],
    // Lifted, and not named.
    [{ ...settings, region: 'ams3', protect: false }, 'Allowed: fra1, where the data is.'],
    [
      { ...settings, region: 'ams3' },
      "Allowed: fra1, where the data is.\n    Fix: pulumi config set region fra1, or give the data up: pulumi config set --path 'allowDelete[0]' volume",
    ],
    [
      undefined,
      "pulumi config set volume 20 && pulumi config set --path 'allowDelete[0]' volume && pulumi up, then pulumi config rm volume && pulumi up; appVolumes and database = local need a volume, so they go with it: pulumi config rm appVolumes; pulumi config set database none",
    ],
  ])('does not become %j', (wanted, words) => {
    expect(() => checkVolume(state(true), wanted)).toThrow(words)
  })

  test('goes where its loss was consented to, and not where nobody knows', () => {
    expect(() => checkVolume(state(false), undefined)).not.toThrow()
    expect(() => checkVolume(state(), undefined)).toThrow('volume is not set')
    expect(() => checkVolume(state(false, true), undefined)).toThrow('volume is not set')
    const former = state(false)
    delete former[1]?.outputs.keeps
    expect(() => checkVolume(former, undefined)).not.toThrow()
  })
})

describe('an attachment that the account', () => {
  const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN } = process.env
  let droplets: number[] | null
  let server: http.Server
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      expect(request.url).toBe('/v2/volumes/v1')
      response.end(JSON.stringify({ volume: { name: 'data', droplet_ids: droplets } }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    process.env.DIGITALOCEAN_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    process.env.DIGITALOCEAN_TOKEN = 'right'
  })
  afterAll(() => {
    Object.assign(process.env, { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN })
    server.close()
  })

  test.each([
    ['has too', [7], []],
    ['has elsewhere', [8], ['data is not attached to the droplet 7']],
    ['has not', [], ['pulumi refresh, then pulumi up']],
    ['has no list of', null, ['pulumi refresh, then pulumi up']],
  ])('%s', async (_, ids, words) => {
    droplets = ids
    const warn = jest.spyOn(pulumi.log, 'warn').mockResolvedValue()
    const type = 'digitalocean:index/volumeAttachment:VolumeAttachment'
    await warnOfDetached([{ urn: 'a', type, outputs: { dropletId: 7, volumeId: 'v1' } }])
    expect(warn.mock.calls.map(([line]) => line)).toEqual(
      words.map((each) => expect.stringContaining(each)),
    )
    warn.mockRestore()
  })

  test('is none is not asked for', async () => {
    await expect(warnOfDetached([])).resolves.toBeUndefined()
  })
})
