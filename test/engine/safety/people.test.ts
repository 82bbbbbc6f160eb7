/** People and secrets come and go: the commands of README's table, and what an old copy still opens. */
import { dirname } from 'node:path'
import { generateKey } from '../../support/ssh-key.ts'
import { start } from '../support/processes.ts'
import { environmentOf, type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
const [leaver, stayer] = [generateKey(), generateKey()]
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ adminSshKeys: [leaver.publicKey, stayer.publicKey] })
  await stack.up()
})
afterAll(() => sandbox.stop())

const urnOf = async (name: string): Promise<string> =>
  (await stack.state()).find(({ urn }: Json) => urn.endsWith(`::${name}`)).urn
const manifest = async () => {
  const [droplet] = await sandbox.droplets()
  return JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
}

test("a person's key that is taken out opens nothing any more; the droplet stays", async () => {
  const [droplet] = await sandbox.droplets()
  stack.set({ adminSshKeys: [stayer.publicKey] })
  expect(brief(await stack.preview())).toEqual(['update local:Command padlock-dev-admin-keys'])
  await stack.up()
  const keys = sandbox.hostFile(droplet.id, '.ssh/authorized_keys')
  expect(keys).not.toContain(leaver.publicKey)
  expect(keys).toContain(stayer.publicKey)
})

test('a token that was withdrawn opens nothing, and the message names the variable', async () => {
  const withdrawn = { DIGITALOCEAN_TOKEN: 'dop_v1_withdrawn' }
  const [said = ''] = await stack.mistakes(withdrawn)
  expect(said).toContain('DigitalOcean refused the token')
  expect(said).toContain('export DIGITALOCEAN_TOKEN=TOKEN')
})

test("the management application's old secret opens nothing, and the message names the variables", async () => {
  const [said = ''] = await stack.mistakes({ AUTH0_CLIENT_SECRET: 'old' })
  expect(said).toContain('Auth0 refused the management credentials')
  expect(said).toContain('export AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET')
})

let before: Json
test('a client secret that was rotated reaches the app by one release', async () => {
  before = await manifest()
  stack.set({ sessionKeyVersion: 2 })
  const { clientId } = await stack.outputs()
  const { client_secret: fresh } = await sandbox.auth0('POST', `/clients/${clientId}/rotate-secret`)
  await stack.up('--refresh')
  const after = await manifest()
  expect(after.secrets.AUTH0_CLIENT_SECRET).toBe(fresh)
  expect(after.secrets.AUTH0_CLIENT_SECRET).not.toBe(before.secrets.AUTH0_CLIENT_SECRET)
  expect(await stack.preview()).toEqual([])
})

test('in the same update a new session key, with which sessions of the one before go on', async () => {
  const { secrets } = await manifest()
  expect(secrets.APP_SECRET_KEY_PREVIOUS).toBe(before.secrets.APP_SECRET_KEY)
  expect(secrets.APP_SECRET_KEY).toMatch(/^\w{64}$/)
  expect(secrets.APP_SECRET_KEY).not.toBe(before.secrets.APP_SECRET_KEY)
  expect(before.secrets.APP_SECRET_KEY_PREVIOUS).toBeUndefined()
  for (const key of [secrets.APP_SECRET_KEY, secrets.APP_SECRET_KEY_PREVIOUS])
    expect(stack.stateFile()).not.toContain(key)
})

test('a session key that is replaced is one release, which no old cookie opens', async () => {
  before = await manifest()
  const urns = ['', '-2'].map((one) => urnOf(`padlock-dev-session-key${one}`))
  await stack.up((await Promise.all(urns)).map((urn) => `--replace ${urn}`).join(' '))
  const after = await manifest()
  const { APP_SECRET_KEY: key, APP_SECRET_KEY_PREVIOUS: previous } = before.secrets
  expect([key, previous]).not.toContain(after.secrets.APP_SECRET_KEY_PREVIOUS)
  expect(after.secrets.APP_SECRET_KEY).not.toBe(before.secrets.APP_SECRET_KEY)
  expect(after.id).not.toBe(before.id)
})

test('a new passphrase opens the state, and the old one does not', async () => {
  const change = 'pulumi stack change-secrets-provider passphrase --stack dev'
  const { code, output } = await start('bash', ['-c', `printf 'new\\nnew\\n' | ${change}`], {
    cwd: dirname(stack.configFile),
    env: { ...process.env, ...(await environmentOf(sandbox)) },
  }).done
  if (code !== 0) throw new Error(output)
  const read = (passphrase: string) =>
    stack.run('stack output adminPrivateKey --show-secrets', {
      PULUMI_CONFIG_PASSPHRASE: passphrase,
    })
  expect((await read('sandbox')).output).toContain('incorrect passphrase')
  expect((await read('new')).output).toContain('BEGIN OPENSSH PRIVATE KEY')
})
