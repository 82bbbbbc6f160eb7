import http from 'node:http'
import type { AddressInfo } from 'node:net'
import * as pulumi from '@pulumi/pulumi'
import { checkBackups } from '../../../../components/account/backups.ts'
import { checkDatabase } from '../../../../components/account/database.ts'
import { checkVolume, warnOfDetached } from '../../../../components/account/volume.ts'
import { ITEM } from '../../../../components/kept/item.ts'
import type { Former } from '../../../../components/state.ts'
import { DataVolume, sshPortOfHolder } from '../../../../components/volume/index.ts'
import { parse } from '../../../../config/parse.ts'
import { context, defaults, good } from '../../config/context.ts'
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
      "with it what needs a volume: pulumi config set volume 20 && pulumi config set --path 'allowDelete[0]' volume && pulumi up, then pulumi config rm-all volume appVolumes databaseBeside && pulumi up",
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

describe('a volume that is given up', () => {
  const part = (type: string, outputs: object = {}): Former => ({
    urn: `${type}::x`,
    type,
    outputs,
  })
  const volume = part('digitalocean:index/volume:Volume', {
    ...{ name: 'padlock-dev-1a2b3c4d', size: 20, region: 'fra1' },
  })
  const data = (keeps: boolean) => part('padlock:index:DataVolume', { keeps })
  const live = (database?: string) => part('padlock:index:Live', { database })
  const backups = (keeps: boolean) => part('padlock:index:Backups', { keeps, place: 'x/acme' })
  const spaces = (keeps: boolean) => [
    backups(keeps),
    part('padlock:index:SpacesBackups', { keeps }),
    {
      ...part('digitalocean:index/spacesBucket:SpacesBucket', { name: 'first-1', region: 'fra1' }),
      urn: 'x$padlock:index:SpacesBackups$digitalocean:index/spacesBucket:SpacesBucket::x',
    },
  ]
  const copied = (keeps: boolean) => [
    ...spaces(keeps),
    part('padlock:index:SpacesCopy', { keeps }),
    {
      ...part('digitalocean:index/spacesBucket:SpacesBucket', { name: 'second-1', region: 'nyc3' }),
      urn: 'x$padlock:index:SpacesCopy$digitalocean:index/spacesBucket:SpacesBucket::x',
    },
  ]
  const cluster = (keeps: boolean) => [
    part('digitalocean:index/databaseCluster:DatabaseCluster', { name: 'c', version: '17' }),
    part('padlock:index:ManagedDatabase', { keeps }),
  ]
  const s3 = {
    ...{ backupBucket: 'acme-backups', backupRegion: 'eu-central-1' },
    ...{ backupAccessKey: 'AKIA123', backupSecretKey: 'a-secret-of-16-or-more' },
  }
  const secretKeys = ['backupAccessKey', 'backupSecretKey']

  /** Does to settings what the commands between two updates do. */
  function follow(settings: Record<string, unknown>, commands: string): Record<string, unknown> {
    const next = { ...settings }
    for (const command of commands.split(' && ')) {
      const [, at, word = ''] = /--path 'allowDelete\[(\d)\]' (\w+)/.exec(command) ?? []
      const [, key = '', value] = /config set (\w+) (\w+)/.exec(command) ?? []
      if (at)
        next.allowDelete = Object.assign([...((next.allowDelete as string[]) ?? [])], {
          [at]: word,
        })
      else if (key) next[key] = /^\d+$/.test(value ?? '') ? Number(value) : value
      for (const gone of /rm-all (.*)/.exec(command)?.[1]?.split(' ') ?? []) delete next[gone]
    }
    return next
  }
  /** As an update begins. */
  function accepted(raw: Record<string, unknown>, state: Former[]): void {
    const read = parse({ ...defaults, ...good, ...raw }, context({ secretKeys }))
    checkVolume(state, read.volume)
    checkDatabase(state, read)
    checkBackups(state, read.backups)
  }

  test.each<[string, (keeps: boolean) => Former[], object, object]>([
    ['alone', () => [live()], {}, {}],
    ['with a database on the host', () => [live('local')], {}, {}],
    ['with backups in Spaces', (keeps) => [live('local'), ...spaces(keeps)], {}, {}],
    ['with backups and a copy', (keeps) => [live('local'), ...copied(keeps)], {}, {}],
    ['with backups in another S3', (keeps) => [live('local'), backups(keeps)], {}, s3],
    [
      'with backups of directories alone',
      (keeps) => [live(), ...spaces(keeps)],
      {},
      { appVolumes: { '/data': 'data' } },
    ],
    [
      'with backups of a managed database',
      (keeps) => [live('managed'), ...spaces(keeps), ...cluster(keeps)],
      { database: 'managed' },
      {},
    ],
    [
      'with a managed database beside the host’s',
      (keeps) => [live('local'), ...spaces(keeps), ...cluster(keeps)],
      {},
      {},
    ],
  ])('%s: each command is accepted, in that order', (_, more, settings, asBefore) => {
    const state = [volume, data(true), ...more(true)]
    const said = (() => {
      try {
        checkVolume(state, undefined)
      } catch (error) {
        return (error as Error).message
      }
      return ''
    })()
    const [, before = '', first = '', , last = ''] =
      /needs a volume: (.* as before, )?(.*?) && pulumi up, (.*)then (.*) && pulumi up$/m.exec(
        said,
      ) ?? []
    expect(before.includes('the keys of s3')).toBe('backupBucket' in asBefore)
    expect(before.includes('appVolumes')).toBe('appVolumes' in asBefore)
    const consented = follow({ ...settings, ...asBefore }, first)
    expect(() => accepted(consented, state)).not.toThrow()
    const { allowDelete } = consented
    expect(new Set(allowDelete as string[]).size).toBe((allowDelete as string[]).length)
    const after = follow(consented, last)
    expect(after.volume).toBeUndefined()
    expect(() => accepted(after, [volume, data(false), ...more(false)])).not.toThrow()
  })

  test('has its bucket emptied before the last update', () => {
    expect(() => checkVolume([volume, data(true), ...copied(true)], undefined)).toThrow(
      'pulumi up, empty the bucket first-1 and the bucket second-1, then pulumi config rm-all volume',
    )
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
