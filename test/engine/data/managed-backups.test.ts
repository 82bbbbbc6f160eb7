/** A managed database with backups: into another stack, and after somebody has deleted it, or its cluster. */

import { openProject } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(900_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  const backups = { backups: 'spaces', backupRegion: 'fra1' }
  stack.set({ volume: 10, database: 'managed', ...backups, protect: undefined })
  await stack.up()
})
afterAll(() => sandbox.stop())

const cluster = async (): Promise<Json> =>
  (await sandbox.digitalocean('GET', '/databases')).databases[0]
const app = async (id: string): Promise<Json> =>
  (await sandbox.digitalocean('GET', `/databases/${id}/users/app`)).user
/** What the host of a stack was handed. */
async function onHost(name: string, of = 'dev'): Promise<string> {
  const found = (await sandbox.droplets()).find((one: Json) => one.name.startsWith(`padlock-${of}`))
  return sandbox.hostFile(found.id, name)
}
const file = async (name: string, of?: string): Promise<Json> => JSON.parse(await onHost(name, of))
const ups = async () => {
  const [{ id }] = await sandbox.droplets()
  return sandbox.commands(id).filter((one) => one.includes('/padlock/managed up')).length
}

/** Does all that goes to the cluster go to this one? */
async function ensureReached({ id, private_connection: own, connection }: Json): Promise<void> {
  const { password } = await app(id)
  expect((await file('backup')).managed).toEqual({
    ...{ host: own.host, port: own.port, user: 'app', password, database: 'app', cluster: id },
  })
  const url = new URL((await file('release.json')).secrets.DATABASE_URL)
  expect([url.hostname, url.port, decodeURIComponent(url.password), url.pathname]).toEqual([
    ...[own.host, `${own.port}`, password, '/app'],
  ])
  const order = await file('managed.json')
  expect([order.port, order.password]).toEqual([own.port, connection.password])
}

test('its backups, the app and the right to make tables are of one cluster', async () => {
  await ensureReached(await cluster())
})

test('another stack’s host is told of a dump, by a key that reads alone, and of its own database', async () => {
  const copy = await openStack(sandbox, 'copy')
  copy.set({
    ...{ subdomain: 'copy', manageZone: false, protect: false, restorable: true },
    ...{ volume: 10, database: 'local', allowDelete: ['volume', 'database'] },
  })
  await copy.up()
  const project = await openProject(sandbox)
  const { code, output } = await project.padlock('restore --stack dev --to copy --yes')
  expect([code, output]).toEqual([0, expect.stringContaining('copy is restored, after')])
  const { backupReader, backupAccess } = (await stack.outputs()) as Json
  expect(await file('restore', 'copy')).toEqual({
    ...{ source: backupReader, at: null, label: null, dump: true, backUpBefore: true },
    into: {
      ...{ kind: 'local', user: 'app', storageMiB: 0 },
      password: (await onHost('database', 'copy')).trim(),
    },
  })
  expect(backupReader.key).not.toBe(backupAccess.key)
  for (const one of [backupReader.secret, backupReader.passphrase, backupAccess.secret])
    expect(output).not.toContain(one)
  expect((await copy.run('destroy --yes --skip-preview')).code).toBe(0)
})

test('a database that was deleted is made anew, and the host hears nothing of it', async () => {
  const before = await cluster()
  const asked = await ups()
  await sandbox.digitalocean('DELETE', `/databases/${before.id}/dbs/app`)
  expect((await cluster()).db_names).toEqual(['defaultdb'])
  await stack.up('--refresh')
  const after = await cluster()
  expect([after.id, after.db_names]).toEqual([before.id, ['defaultdb', 'app']])
  // So the app's role makes no tables in it until a restore (docs/worst-day.md).
  expect(await ups()).toBe(asked)
  await ensureReached(after)
  expect(await stack.preview()).toEqual([])
})

test('a cluster that was deleted is made anew, and all goes to the new one', async () => {
  const before = await cluster()
  const asked = await ups()
  await sandbox.digitalocean('DELETE', `/databases/${before.id}`)
  expect(await cluster()).toBeUndefined()
  await stack.up('--refresh')
  const after = await cluster()
  expect(after).toMatchObject({ name: before.name, db_names: ['defaultdb', 'app'] })
  expect(after.id).not.toBe(before.id)
  const { rules } = await sandbox.digitalocean('GET', `/databases/${after.id}/firewall`)
  expect(rules.map(({ value }: Json) => value)).toEqual(['padlock-dev'])
  expect(await ups()).toBe(asked + 1)
  await ensureReached(after)
  expect(await stack.preview()).toEqual([])
})
