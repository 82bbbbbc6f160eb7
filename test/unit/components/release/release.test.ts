import * as pulumi from '@pulumi/pulumi'
import { Release, type ReleaseArgs } from '../../../../components/release/index.ts'
import { Anchor, mockProviders, plain, settle, value } from '../mocks.ts'

const archive = { path: 'node_modules/.cache/padlock/app-ab12.tar.gz', sha256: 'ab12' }
const ssh = { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' }

function args(more: Partial<ReleaseArgs> = {}): ReleaseArgs {
  return {
    ssh,
    dropletId: '4711',
    droplet: new Anchor(),
    app: { kind: 'source', folder: 'app' },
    registries: {},
    archive,
    env: { B: '2', A: '1' },
    secrets: { AUTH0_CLIENT_SECRET: pulumi.secret('client-secret') },
    host: 'dev.example.com',
    port: 0,
    memoryMiB: 256,
    readyPath: '/readyz',
    readySeconds: 90,
    drainSeconds: 30,
    made: { commit: 'c0ffee', by: 'Ada' },
    reachable: new Anchor(),
    after: [],
    ...more,
  }
}

async function released(more: Partial<ReleaseArgs> = {}) {
  const registered = mockProviders()
  const release = new Release('padlock-dev', args(more))
  const byType = await settle(registered)
  const command = plain(byType['command:remote:Command']?.[0]?.inputs) as Record<string, unknown>
  return {
    shown: plain(byType['padlock:index:Release']?.[0]?.inputs),
    id: await value(release.release),
    command,
    copies: byType['command:remote:CopyToRemote'],
  }
}

test('the manifest goes over stdin, as a secret', async () => {
  const { id, command } = await released()
  expect(id).toMatch(/^[0-9a-f]{12}$/)
  const stdin = command.stdin as { secret: string }
  expect(JSON.parse(stdin.secret)).toEqual({
    id,
    source: {
      archive: '/var/lib/padlock/incoming/app-ab12.tar.gz',
      sha256: 'ab12',
      baseImage: null,
    },
    env: { A: '1', B: '2' },
    secrets: { APP_SECRET_KEY: 'session-key', AUTH0_CLIENT_SECRET: 'client-secret' },
    host: 'dev.example.com',
    port: 0,
    memoryMiB: 256,
    pids: 256,
    readyPath: '/readyz',
    readySeconds: 90,
    drainSeconds: 30,
    commit: 'c0ffee',
    by: 'Ada',
  })
})

test('a database on the host makes another release, whose manifest says so', async () => {
  const [without, beside] = [await released(), await released({ database: true })]
  const { stdin } = beside.command
  expect(JSON.parse((stdin as { secret: string }).secret)).toMatchObject({ database: true })
  expect(beside.id).not.toBe(without.id)
})

test('another commit or person alone changes nothing of a release that is live', async () => {
  const { id, command } = await released()
  const later = { commit: 'facade', by: 'Bob' }
  const former = (release: string) => ({ release, made: { by: 'Ada', commit: 'c0ffee' } })
  const same = await released({ made: later, former: former(id) })
  expect([same.id, same.command]).toEqual([id, command])
  const { stdin } = (await released({ made: later, former: former('aaaaaaaaaaaa') })).command
  expect(JSON.parse((stdin as { secret: string }).secret)).toMatchObject(later)
})

test('another key for sessions is a resource of its own, beside the one before', async () => {
  const registered = mockProviders()
  new Release('padlock-dev', args({ sessionKeyVersion: 3 }))
  const byType = await settle(registered)
  const names = byType['random:index/randomPassword:RandomPassword']?.map(({ name }) => name)
  expect(names).toEqual(['padlock-dev-session-key-3', 'padlock-dev-session-key-2'])
  const { command, shown } = await released({ sessionKeyVersion: 3 })
  expect(shown).toMatchObject({ sessionKeyVersion: 3 })
  const first = await released({ sessionKeyVersion: 1 })
  expect(first.shown).toStrictEqual((await released()).shown)
  expect(JSON.parse((command.stdin as { secret: string }).secret).secrets).toEqual({
    AUTH0_CLIENT_SECRET: 'client-secret',
    APP_SECRET_KEY: 'session-key',
    APP_SECRET_KEY_PREVIOUS: 'session-key',
  })
})

test('the command carries the content hash and no secret', async () => {
  const { id, command } = await released()
  const { stdin, connection, ...rest } = command
  expect(rest).toEqual({
    create: `sudo /usr/lib/padlock/release ${id}`,
    triggers: ['4711'],
    addPreviousOutputInEnv: false,
    logging: 'none',
  })
  expect(connection).toMatchObject({
    secret: {
      host: '198.51.100.7',
      hostKey: 'ssh-ed25519 AAAA',
      user: 'admin',
      dialErrorLimit: -1,
    },
  })
  expect(JSON.stringify(rest)).not.toMatch(/client-secret|session-key/)
})

test('a preview sees the component’s own inputs: plain values, and of secrets the names', async () => {
  const { shown } = await released()
  expect(shown).toEqual({
    app: { sha256: 'ab12' },
    env: { A: '1', B: '2' },
    secretNames: ['AUTH0_CLIENT_SECRET'],
    port: 0,
    memoryMiB: 256,
    readyPath: '/readyz',
    readySeconds: 90,
    drainSeconds: 30,
  })
})

test('commands and limits are in the manifest and in a preview where they are set', async () => {
  const more = {
    command: 'gunicorn shop',
    cpus: 0.5,
    releaseCommand: { command: 'migrate', seconds: 60 },
    seedCommand: { command: 'loaddata', seconds: 60 },
    hangSeconds: 0,
  }
  const { shown, command } = await released(more)
  expect(shown).toMatchObject(more)
  expect(JSON.parse((command.stdin as { secret: string }).secret)).toMatchObject(more)
})

test.each<[string, Partial<ReleaseArgs>]>([
  ['the app', { archive: { ...archive, sha256: 'cd34' } }],
  ['a plain value', { env: { A: '9', B: '2' } }],
  ['a secret', { secrets: { AUTH0_CLIENT_SECRET: pulumi.secret('another') } }],
  ['a limit', { memoryMiB: 512 }],
  ['another limit', { cpus: 0.5 }],
  ['the start command', { command: 'gunicorn shop' }],
])('a change of %s makes another release', async (_what, more) => {
  expect((await released(more)).id).not.toBe((await released()).id)
})

test('another number of replicas is told to the host and in a preview, and is no new release', async () => {
  const one = await released()
  const three = await released({ replicas: 3 })
  expect([three.id, three.command.create]).toEqual([one.id, one.command.create])
  expect(three.shown).toMatchObject({ replicas: 3 })
  expect(JSON.parse((three.command.stdin as { secret: string }).secret)).toMatchObject({
    replicas: 3,
  })
})

test('nothing changed makes the same release', async () => {
  expect((await released({ env: { A: '1', B: '2' } })).id).toBe((await released()).id)
})

test('the source is copied as one archive whose path tells its contents', async () => {
  const { copies } = await released()
  expect(copies).toHaveLength(1)
  expect(copies?.[0]?.inputs.remotePath).toBe('/var/lib/padlock/incoming/app-ab12.tar.gz')
})

test('an image is pulled: nothing is copied', async () => {
  const image = `ghcr.io/acme/shop@sha256:${'0'.repeat(64)}`
  const { copies, command } = await released({
    app: { kind: 'image', image },
    archive: undefined,
  })
  expect(copies).toBeUndefined()
  expect(JSON.parse((command.stdin as { secret: string }).secret).source).toEqual({ image })
})

test('logins at registries go the same way for a build, and a new token is no new release', async () => {
  const login = (password: string) => ({ registries: { 'ghcr.io': { user: 'bot', password } } })
  const { id, command, shown } = await released(login('registry-password'))
  const { stdin, connection, ...rest } = command
  expect(JSON.parse((stdin as { secret: string }).secret)).toMatchObject({
    id,
    registries: { 'ghcr.io': { username: 'bot', password: 'registry-password' } },
  })
  expect(JSON.stringify([rest, shown])).not.toContain('registry-password')
  expect((await released(login('another'))).id).toBe(id)
})

describe('with a volume', () => {
  const volumes = { '/data': 'data' }
  const mounted = (image: pulumi.Resource) => image

  test('the image is prepared first, from the same source and with the same logins', async () => {
    const registered = mockProviders()
    const registries = { 'r.example': { user: 'u', password: pulumi.secret('p') } }
    new Release('padlock-dev', args({ mounted, volumes, registries: pulumi.output(registries) }))
    const byType = await settle(registered)
    const [image, live] = byType['command:remote:Command'] ?? []
    expect(image).toMatchObject({
      name: 'padlock-dev-image',
      inputs: { create: 'sudo /usr/lib/padlock/release prepare', triggers: ['4711'] },
    })
    const text = (one: typeof image) =>
      JSON.parse((plain(one?.inputs.stdin) as { secret: string }).secret)
    const { source, registries: logins, volumes: directories } = text(live)
    expect(text(image)).toEqual({ source, registries: logins })
    expect(directories).toEqual(volumes)
  })

  test('another volume has the same release brought up anew, and its image kept', async () => {
    const registered = mockProviders()
    new Release('padlock-dev', args({ mounted, volumes, volumeId: pulumi.output('v1') }))
    const byType = await settle(registered)
    const triggers = byType['command:remote:Command']?.map(({ inputs }) => inputs.triggers)
    expect(triggers).toEqual([['4711'], ['4711', 'v1']])
  })

  test('a volume without directories is one all the same, and makes another release', async () => {
    const [without, empty, some] = await Promise.all([
      released(),
      released({ mounted }),
      released({ mounted, volumes }),
    ])
    expect(new Set([without, empty, some].map(({ id }) => id)).size).toBe(3)
    expect(empty.shown).toMatchObject({ volumes: {} })
    expect(without.shown).not.toHaveProperty('volumes')
  })
})
