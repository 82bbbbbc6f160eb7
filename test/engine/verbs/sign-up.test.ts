/** A tenant as it is when it is new, and who gets in where strangers can register. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { isDrift } from '../../../ops/preview/drift.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const DATABASE = 'Username-Password-Authentication'
let sandbox: Sandbox
let stack: Stack
let project: Project
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  project = await openProject(sandbox)
  await open()
})
afterAll(() => sandbox.stop())

const connection = async (name = DATABASE): Promise<Json> => {
  const all = await sandbox.auth0('GET', '/connections')
  return all.find((one: Json) => one.name === name)
}
const flags = async (): Promise<Json> => (await sandbox.auth0('GET', '/tenants/settings')).flags
/** As a new tenant is. */
async function open(): Promise<void> {
  const { id, options } = await connection()
  const { disable_signup: _, ...others } = options
  await sandbox.auth0('PATCH', `/connections/${id}`, { options: others })
  const all = { ...(await flags()), enable_client_connections: true }
  await sandbox.auth0('PATCH', '/tenants/settings', { flags: all })
  await sandbox.writes()
}

const OPEN = `connections: "${DATABASE}" lets anybody sign up, with an address of somebody else too. Allowed: a database whose sign-ups are disabled, or signUp = open.
    Fix: ./padlock sign-up close --stack dev, or Auth0 dashboard, Authentication > Database > ${DATABASE} > Disable Sign Ups`
const EVERY = `the Auth0 tenant enables every connection on a new application (enable_client_connections), not only those in connections. Allowed: a tenant without this flag, or signUp = open.
    Fix: ./padlock sign-up close --stack dev, or auth0 api patch tenants/settings --data '{"flags":{"enable_client_connections":false}}'`

test('a new tenant is rejected before anything is made, with the command that closes it', async () => {
  expect(await stack.mistakes()).toEqual([
    `The Auth0 tenant has 2 problems; nothing was created or changed.
  - ${OPEN}
  - ${EVERY}`,
  ])
  const { code, output } = await stack.run('up --yes --skip-preview')
  expect(code).not.toBe(0)
  expect(output).toContain('lets anybody sign up')
  expect(await sandbox.writes()).toEqual([])
})

test('open is taken at its word, and a stranger can register with any address', async () => {
  const undo = stack.set({ signUp: 'open' })
  await stack.up()
  undo()
  const { clientId } = await stack.outputs()
  expect((await signUp('grace@example.com')).status).toBe(200)
  const [stranger] = await sandbox.auth0('GET', '/users-by-email?email=grace@example.com')
  expect(stranger.email_verified).toBe(false)
  // The flag has given the application a connection that the stack does not list.
  const google = await connection('google-oauth2')
  expect(await clientsOf(google)).toContain(clientId)
})

const clientsOf = async ({ id }: Json): Promise<string[]> => {
  const { clients } = await sandbox.auth0('GET', `/connections/${id}/clients`)
  return clients.map(({ client_id }: Json) => client_id)
}
const signUp = async (email: string) =>
  sandbox.tenant('POST', '/dbconnections/signup', {
    client_id: (await stack.outputs()).clientId,
    connection: DATABASE,
    email,
    password: 'Stranger-1815',
  })

test('the command closes it, and a stranger with an allow-listed address gets no account', async () => {
  const before = (await connection()).options
  const closed = await project.padlock('sign-up close --stack dev')
  expect(closed.code).toBe(0)
  expect(closed.stdout).toBe(
    `${DATABASE}: sign-ups disabled
new applications get no connection by themselves (enable_client_connections)
google-oauth2: taken from the application of dev, which does not list it
`,
  )
  expect((await connection()).options).toEqual({ ...before, disable_signup: true })
  expect(await flags()).toMatchObject({ enable_client_connections: false, universal_login: true })
  const { clientId } = await stack.outputs()
  expect(await clientsOf(await connection('google-oauth2'))).not.toContain(clientId)
  expect((await project.padlock('sign-up close --stack dev')).stdout).toBe(
    'it was closed already\n',
  )
  await stack.up()

  expect(await signUp('ada.lovelace@example.com')).toEqual({
    status: 400,
    body: {
      name: 'BadRequestError',
      code: 'public_signup_disabled',
      description: 'Public signup is disabled',
      statusCode: 400,
    },
  })
})

describe('an invitation', () => {
  const invite = (words: string) => project.padlock(`invite ${words} --stack dev`)
  const users = (email: string): Promise<Json[]> =>
    sandbox.auth0('GET', `/users-by-email?email=${email}`)
  beforeAll(() => {
    const file = join(project.folder, 'Pulumi.dev.yaml')
    const settings = parse(readFileSync(file, 'utf8'))
    settings.config['padlock:allowedEmails'].push('mary@example.com', 'grace@example.com')
    writeFileSync(file, stringify(settings))
  })

  test('of an address that the app would not admit makes nothing', async () => {
    const { code, stdout, output } = await invite('eve@example.net')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(output).toContain(
      "pulumi config set --stack dev --path 'allowedEmails[3]' eve@example.net",
    )
    expect(await users('eve@example.net')).toEqual([])
  })

  test('ends with a link that sets the password once and verifies the address', async () => {
    const { code, stdout } = await invite('mary@example.com --ttl 2h')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^https:\/\/\S+\/u\/reset-verify\?ticket=[\w-]{32}\n$/)
    const { pathname, search } = new URL(stdout)
    const [made] = await users('mary@example.com')
    expect(made.email_verified).toBe(false)

    const set = (password: string) =>
      sandbox.tenant('POST', pathname + search, new URLSearchParams({ password, again: password }))
    expect((await set('short')).status).toBe(400)
    const done = await set('Difference-1')
    expect(done.status).toBe(200)
    expect(done.body).toContain('https://dev.padlock.localhost')
    const [now] = await users('mary@example.com')
    expect(now).toMatchObject({ user_id: made.user_id, email_verified: true })
    expect((await set('Difference-2')).status).toBe(400)

    const again = await invite('mary@example.com')
    expect(again.code).toBe(0)
    expect(again.stdout).not.toBe(stdout)
    expect(await users('mary@example.com')).toHaveLength(1)
  })

  test('does not hand over the account that a stranger registered', async () => {
    const [stranger] = await users('grace@example.com')
    const refused = await invite('grace@example.com')
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' })
    expect(refused.output).toContain('--replace')
    expect(await users('grace@example.com')).toEqual([stranger])

    expect((await invite('grace@example.com --replace')).code).toBe(0)
    const [own, ...others] = await users('grace@example.com')
    expect(others).toEqual([])
    expect(own.user_id).not.toBe(stranger.user_id)
  })

  test('names the scope that is missing', async () => {
    const widen = await sandbox.narrowScopes(['read:connections', 'read:users', 'create:users'])
    const { code, output } = await invite('mary@example.com')
    await widen()
    expect(code).toBe(1)
    expect(output).toContain('the management application needs create:user_tickets')
  })
})

test('options that cannot be read are not overwritten', async () => {
  const before = await connection()
  const widen = await sandbox.narrowScopes([
    'read:connections',
    'read:tenant_settings',
    'update:connections',
    'update:connections_options',
  ])
  const { code, output } = await project.padlock('sign-up close --stack dev')
  await widen()
  expect(code).toBe(1)
  expect(output).toContain('read:connections_options')
  expect(await connection()).toEqual(before)
})

describe('a token that may read no secrets', () => {
  let widen: () => Promise<void>
  beforeAll(async () => {
    widen = await sandbox.narrowScopes(['read:clients', 'read:connections'])
  })
  afterAll(() => widen())

  test('is enough for a preview, which says what it has not checked', async () => {
    const { code, output } = await stack.run('preview --expect-no-changes')
    expect(output).toContain(
      'not checked: the client secret. This token lacks read:client_keys; the update checks it with its own.',
    )
    expect(output).toContain(
      'not checked: whether strangers can sign up. This token lacks read:connections_options and read:tenant_settings',
    )
    expect(code).toBe(0)
  })

  test('finds no drift on an unchanged stack', async () => {
    const { stdout } = await stack.run('refresh --preview-only --json')
    const { changeSummary, steps } = JSON.parse(stdout)
    expect(Object.keys(changeSummary)).toEqual(['same'])
    expect(changeSummary.same).toBe(steps.length)
    expect(isDrift(stdout, '')).toBe(false)
  })

  test('is not enough for an update', async () => {
    const { code, output } = await stack.run('up --yes --skip-preview')
    expect(code).not.toBe(0)
    expect(output).toMatch(/may not read client secrets|may not read whether strangers can sign up/)
  })
})
