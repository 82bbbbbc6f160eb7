/** A database on the host: before the release that uses it, gone after the last one, kept on the volume. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ volume: 10, database: 'local', tunnels: ['demo'] })
  await stack.up()
})
afterAll(() => sandbox.stop())

const droplet = async (): Promise<Json> => (await sandbox.droplets())[0]
const onHost = async (name: string) => sandbox.hostFile((await droplet()).id, name)
const release = async () => JSON.parse(await onHost('release.json'))
const password = async () => (await onHost('database')).trim()

test('the host has its package, and the server is up once the volume is there, before the release', async () => {
  expect(await onHost('installed')).toMatch(/^padlock-database /m)
  const run = sandbox.commands((await droplet()).id)
  const first = (what: string) => run.findIndex((one) => one.includes(`/padlock/${what}`))
  expect(first('volume mount')).toBeLessThan(first('database up'))
  expect(first('database up')).toBeLessThan(first(`release ${(await release()).id}`))
})

test('the app has the address as a secret, and the socket; the state has neither in plain text', async () => {
  const { database, env, secrets } = await release()
  const secret = await password()
  expect(secret).toMatch(/^[A-Za-z0-9]{32}$/)
  expect([database, env.DATABASE_URL, secrets.DATABASE_URL]).toEqual([
    true,
    undefined,
    `postgresql://app:${secret}@/app?host=/run/postgresql`,
  ])
  expect(stack.stateFile()).not.toContain(secret)
  const ran = sandbox.commands((await droplet()).id)
  expect(ran.join('\n')).not.toContain(secret)
})

test('nothing changes where nothing did', async () => {
  expect(await stack.preview()).toEqual([])
})

test('passwords that are known, of the database and a tunnel, are made anew; the release follows', async () => {
  const tunnel = async () => ((await stack.outputs()) as Json).tunnelAccess.tunnels.demo.password
  const before = {
    database: await password(),
    tunnel: await tunnel(),
    release: (await release()).id,
  }
  const passwords = (await stack.state())
    .filter(({ type }: Json) => type === 'random:index/randomPassword:RandomPassword')
    .map(({ urn }: Json): string => urn)
    .filter((urn: string) => /::padlock-dev-(database|tunnel-demo)$/.test(urn))
  expect(passwords).toHaveLength(2)
  await stack.up(passwords.map((urn: string) => `--replace ${urn}`).join(' '))
  expect(await password()).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(await password()).not.toBe(before.database)
  expect(await tunnel()).not.toBe(before.tunnel)
  const { id, secrets } = await release()
  expect(id).not.toBe(before.release)
  expect(secrets.DATABASE_URL).toContain(`app:${await password()}@`)
  expect(await stack.preview()).toEqual([])
})

test('another version is refused before anything, and the verb takes the rows there', async () => {
  const undo = stack.set({ databaseVersion: '18' })
  await sandbox.writes()
  expect((await stack.mistakes()).join(' ').replace(/\s+/g, ' ')).toContain(
    "databaseVersion = 18 is not what the stack's database on the host has, and a major upgrade is none of an update's",
  )
  expect(await sandbox.writes()).toEqual([])
  undo()
  const project = await openProject(sandbox)
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  const upgrade = () => project.padlock('database upgrade --to 18 --stack dev --yes')
  sandbox.fail('install', 'no repository has postgresql-18')
  expect(await upgrade()).toMatchObject({
    code: 1,
    output: expect.stringContaining('PostgreSQL 18 is not installed, and the app goes on with 17'),
  })
  sandbox.mend()
  // And it may stay there.
  await stack.up()
  const { code, output } = await upgrade()
  expect([code, output]).toEqual([
    0,
    expect.stringMatching(
      /1\/2 {2}PostgreSQL 18 is installed.*2\/2 .*compare: done.*upgraded from PostgreSQL 17 to 18: 1,003 rows of 1 tables.*2\.5 s in which/s,
    ),
  ])
  expect(await upgrade()).toMatchObject({
    code: 0,
    output: expect.stringContaining('the database of dev is PostgreSQL 18'),
  })
  const settings = readFileSync(join(project.folder, 'Pulumi.dev.yaml'), 'utf8')
  expect(settings).toMatch(/databaseVersion: .?18/)
  expect((await stack.mistakes()).join(' ')).toContain('there is no way back')
  stack.set({ databaseVersion: '18' })
  expect(await stack.preview()).toEqual([])
})

test('without it the release goes first, and the server after it; the volume stays', async () => {
  const id = (await droplet()).id
  const before = sandbox.commands(id).length
  stack.set({ database: undefined })
  expect(brief(await stack.preview())).toEqual(
    expect.arrayContaining([
      'delete RandomPassword padlock-dev-database',
      'delete remote:Command padlock-dev-database',
    ]),
  )
  await stack.up()
  const { database, secrets } = await release()
  expect([database, 'DATABASE_URL' in secrets]).toEqual([undefined, false])
  const run = sandbox.commands(id).slice(before)
  const at = (what: string) => run.findIndex((one) => one.includes(`/padlock/${what}`))
  expect(at('release ')).toBeGreaterThanOrEqual(0)
  expect(at('release ')).toBeLessThan(at('database remove'))
  expect((await sandbox.digitalocean('GET', '/volumes')).volumes).toHaveLength(1)
})

test('again: the same volume, and another password', async () => {
  stack.set({ database: 'local' })
  await stack.up()
  const { secrets } = await release()
  expect(secrets.DATABASE_URL).toContain(await password())
})
