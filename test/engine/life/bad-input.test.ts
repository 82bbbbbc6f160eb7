/** What a user may get wrong ends in one message, before anything is created. */
import { readFileSync, writeFileSync } from 'node:fs'
import { respelt, sameNumber } from '../../../config/written.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

interface Mistake {
  what: string
  settings?: Record<string, unknown>
  environment?: Record<string, string>
  message: string
}

test.each<Mistake>([
  {
    what: 'a wrong DigitalOcean token',
    environment: { DIGITALOCEAN_TOKEN: 'dop_v1_wrong' },
    message: `DigitalOcean refused the token. Allowed: a token with read and write access.
    Fix: export DIGITALOCEAN_TOKEN=TOKEN; a digitalocean:token in the configuration goes before it
Nothing was created or changed.`,
  },
  {
    what: 'a wrong Auth0 secret',
    environment: { AUTH0_CLIENT_SECRET: 'wrong' },
    message: `Auth0 refused the management credentials. Allowed: a machine-to-machine application that is authorised for the Auth0 Management API.
    Fix: export AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; auth0:clientId and auth0:clientSecret in the configuration go before them
Nothing was created or changed.`,
  },
  {
    what: 'a size that there is not',
    settings: { size: 's-3vcpu-5gb' },
    message: `size = "s-3vcpu-5gb" is not a size that DigitalOcean has. Allowed: among others s-1vcpu-512mb-10gb, s-1vcpu-1gb, s-1vcpu-1gb-amd, s-1vcpu-1gb-intel, s-1vcpu-2gb, s-1vcpu-2gb-amd.
    Fix: pulumi config set size s-1vcpu-1gb
Nothing was created or changed.`,
  },
  {
    what: 'a size that the region does not offer',
    settings: { size: 's-1vcpu-512mb-10gb', region: 'lon1' },
    message: `region = "lon1" does not offer the size s-1vcpu-512mb-10gb. Allowed: ams3, fra1, nyc1, sfo3, sgp1, syd1.
    Fix: pulumi config set region ams3
Nothing was created or changed.`,
  },
  {
    what: 'a zone that is not in the account',
    settings: { manageZone: false, zone: 'example.com' },
    message: `zone = "example.com" is not in the DigitalOcean account. Allowed: a zone of the account, or a new one that the stack creates and owns.
    Fix: pulumi config set manageZone true, or add the zone to the account
Nothing was created or changed.`,
  },
  {
    what: 'a connection that the tenant does not have',
    settings: { connections: ['Username-Password-Authentication', 'okta'] },
    message: `connections: "okta" is not a connection of the Auth0 tenant. Allowed: names from Authentication in the Auth0 dashboard.
    Fix: pulumi config set --path 'connections[0]' Username-Password-Authentication
Nothing was created or changed.`,
  },
  {
    what: 'two errors in the configuration, both reported at once',
    settings: { region: 'Frankfurt', httpsPort: 70000 },
    message: `The stack's configuration has 2 problems; nothing was created or changed.
  - region = "Frankfurt" is not a region. Allowed: a region slug such as fra1 (doctl compute region list).
    Fix: pulumi config set region fra1
  - httpsPort = 70000 is not a TCP port. Allowed: a whole number from 1 to 65535.
    Fix: pulumi config set httpsPort 443`,
  },
  {
    what: 'a date in the environment of the app',
    settings: { appEnv: { SINCE: new Date('2026-11-23T00:00:00Z') } },
    message: `The stack's configuration has one problem; nothing was created or changed.
  - appEnv.SINCE = "2026-11-23 00:00:00 +0000 UTC" is a date that YAML understood and the engine writes in its own way. Allowed: a text; in a file, one in quotes.
    Fix: pulumi config set --path 'appEnv.SINCE' VALUE`,
  },
])('$what', async ({ settings = {}, environment, message }) => {
  const restore = stack.set(settings)
  const messages = await stack.mistakes(environment)
  restore()
  expect(messages).toEqual([message])
  expect(await sandbox.things()).toEqual([])
  expect(await sandbox.writes()).toEqual([])
})

test('an error stops `up` as well, before anything is made', async () => {
  const restore = stack.set({ size: 's-3vcpu-5gb' })
  const { code, output } = await stack.run('up --yes --skip-preview')
  restore()
  expect(code).not.toBe(0)
  expect(output).toContain('error: size = "s-3vcpu-5gb" is not a size that DigitalOcean has.')
  expect(output).not.toMatch(/^ +at /m)
  expect(await sandbox.things()).toEqual([])
  expect(await sandbox.writes()).toEqual([])
})

test('a management application that may not read client secrets', async () => {
  const grants = await sandbox.auth0('GET', '/client-grants')
  const grant = grants.find((one: Json) => one.client_id === sandbox.credentials.auth0.clientId)
  const widen = await sandbox.narrowScopes(
    grant.scope.filter((one: string) => !/^read:client_(keys|credentials)$/.test(one)),
  )
  const { code, output } = await stack.run('up --yes --skip-preview')
  await widen()

  expect(code).not.toBe(0)
  expect(output).toContain(
    `the Auth0 management application may not read client secrets, which the app needs to log users in. Allowed: an application that is granted the scope read:client_keys.
    Fix: Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine
Nothing was created or changed.`.replaceAll('\n', '\n    '),
  )
  expect(await sandbox.things()).toEqual([])
})

test('the environment of the app arrives digit for digit', async () => {
  const set = async (name: string, value: string) => {
    const { code, output } = await stack.run(`config set --path appEnv.${name} ${value}`)
    if (code !== 0) throw new Error(output)
  }
  const env = {
    DATE: '2026-11-23',
    GUILD_ID: '1177210937346019389',
    MODE: '0644',
    ON: 'true',
    VERSION: '1.10',
  }
  for (const [name, value] of Object.entries(env)) await set(name, value)
  const { stdout } = await stack.run('preview --json')
  const { steps }: Json = JSON.parse(stdout)
  const release = steps.find(({ urn }: Json) => urn.includes('padlock:index:Release::'))
  expect(release.newState.inputs.env).toMatchObject(env)
  stack.set({})
})

test('what the engine makes of numbers without quotes is what the program looks for', async () => {
  const kept = readFileSync(stack.configFile, 'utf8')
  const numbers = '  padlock:appEnv: {MODE: 0644, VERSION: 1.10, HEX: 0x1F, LONG: 1_000, HALF: 5.0}'
  writeFileSync(stack.configFile, kept.replace(/^config:\n/m, `config:\n${numbers}\n`))
  const { stdout } = await stack.run('config get appEnv')
  writeFileSync(stack.configFile, kept)
  const arrived: Record<string, number> = JSON.parse(stdout)
  expect(arrived).toEqual({ MODE: 420, VERSION: 1.1, HEX: 31, LONG: 1000, HALF: 5 })
  const written = respelt(`config:\n${numbers}\n`, ['padlock:appEnv'])
  expect(Object.keys(written).sort()).toEqual(Object.keys(arrived).sort())
  for (const [name, number] of Object.entries(arrived)) {
    expect(sameNumber(written[name] ?? '', String(number))).toBe(true)
  }
})
