/** The rows of a stack go from its database on the host to a managed one, and the app after them. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from '../engine/support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  stack.set({ volume: 10, database: 'local' })
  await stack.up()
  copyFileSync(stack.configFile, settings())
})
afterAll(() => sandbox.stop())

const settings = () => join(project.folder, 'Pulumi.dev.yaml')
const onHost = async (name: string) => {
  const [droplet] = await sandbox.droplets()
  return sandbox.hostFile(droplet.id, name)
}
const release = async (): Promise<Json> => JSON.parse(await onHost('release.json'))
const move = (words: string) => project.padlock(`database move --stack dev --yes ${words}`)
const clusters = async () => (await sandbox.digitalocean('GET', '/databases')).databases
const trouble = () => join(sandbox.dir, 'machines', 'trouble', 'copy')

test('a copy that fails leaves the app with its database, and the other one beside it', async () => {
  const { id } = await release()
  writeFileSync(trouble(), 'the cable is out')
  const { code, output } = await move('--to managed')
  rmSync(trouble())
  expect([code, output]).toEqual([1, expect.stringContaining('the cable is out')])
  expect(output).toContain('nothing was moved, and the app goes on with the local database')
  expect(await release()).toMatchObject({ id, database: true })
  expect(await clusters()).toHaveLength(1)
})

test('the same again moves them, tells the time, and keeps the former database', async () => {
  const { code, output } = await move('--to managed')
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(/moved from local to managed: 3 rows of 1 table/),
  ])
  expect(output).toMatch(/^\d+(\.\d)? s in which nothing could be written, until 2/m)
  const { managed, database, secrets } = await release()
  expect([managed, database]).toEqual([true, undefined])
  expect(secrets.DATABASE_URL).toContain('@private-db.sandbox.internal:')
  expect(await onHost('database')).toMatch(/^\w{32}$/m)
  // No password is told to anybody on the way.
  const [droplet] = await sandbox.droplets()
  const { password } = await sandbox
    .digitalocean('GET', `/databases/${(await clusters())[0].id}/users/app`)
    .then(({ user }: Json) => user)
  expect(output + sandbox.commands(droplet.id).join('\n')).not.toContain(password)
})

test('nothing else is to be done, and a switch by hand is refused', async () => {
  stack.set({ database: 'managed', databaseBeside: 'local' })
  expect(await stack.preview()).toEqual([])
  stack.set({ database: 'local', databaseBeside: 'managed' })
  expect((await stack.mistakes()).join(' ')).toContain(
    'database = local is not what the live release uses, and its rows are in the managed one',
  )
})

test('its version is raised, and nothing else is to be done', async () => {
  const { code, output } = await project.padlock('database upgrade --to 18 --stack dev --yes')
  expect([code, output]).toEqual([0, expect.stringContaining('from PostgreSQL 17 to 18 in')])
  expect((await clusters())[0].version).toBe('18')
  stack.set({ database: 'managed', databaseBeside: 'local', databaseVersion: '18' })
  expect(await stack.preview()).toEqual([])
})
