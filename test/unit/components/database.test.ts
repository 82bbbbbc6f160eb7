import * as pulumi from '@pulumi/pulumi'
import { LocalDatabase } from '../../../components/database/local.ts'
import { endOf } from '../../../components/ssh/end.ts'
import { Anchor, mockProviders, plain, settle, value } from './mocks.ts'

test('the password goes to the host over stdin and to the app in an address, a secret both times', async () => {
  const registered = mockProviders(false, {
    'random:index/randomPassword:RandomPassword': () => ({ result: 'hunter2hunter2' }),
  })
  const database = new LocalDatabase('padlock-dev', {
    ssh: { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' },
    ...{
      droplet: new Anchor(),
      dropletId: '4711',
      volumeId: 'v1',
      version: '17',
      after: [new Anchor()],
    },
  })
  expect(await pulumi.isSecret(database.url)).toBe(true)
  expect(await value(database.url)).toBe(
    'postgresql://app:hunter2hunter2@/app?host=/run/postgresql',
  )
  const byType = await settle(registered)
  const [password] = byType['random:index/randomPassword:RandomPassword'] ?? []
  expect(password).toMatchObject({
    name: 'padlock-dev-database',
    inputs: { length: 32, special: false },
  })
  const { connection: _, ...sent } = plain(byType['command:remote:Command']?.[0]?.inputs) as Record<
    string,
    unknown
  >
  expect(sent).toEqual({
    create: 'sudo /usr/lib/padlock/database up # on v1 # on droplet 4711',
    stdin: { secret: 'hunter2hunter2\n' },
    delete: endOf('database', 'remove'),
    addPreviousOutputInEnv: false,
    logging: 'none',
  })
  expect(plain(byType['padlock:index:LocalDatabase']?.[0]?.inputs)).toEqual({})
})

test('one whose backups are ordered keeps its log for them from its first start on', async () => {
  const registered = mockProviders(false, {
    'random:index/randomPassword:RandomPassword': () => ({ result: 'hunter2hunter2' }),
  })
  const ssh = { host: '198.51.100.7', port: 22, privateKey: 'private', hostKey: 'ssh-ed25519 AAAA' }
  const target = { ssh, droplet: new Anchor(), dropletId: '4711', volumeId: 'v1', version: '17' }
  new LocalDatabase('padlock-dev', { ...target, archived: true, after: [] })
  const sent = plain((await settle(registered))['command:remote:Command']?.[0]?.inputs)
  expect(sent).toMatchObject({
    create: 'sudo /usr/lib/padlock/database up archived # on v1 # on droplet 4711',
  })
})
