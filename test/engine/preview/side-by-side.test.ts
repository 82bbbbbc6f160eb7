/** Two stacks in one account, one tenant and one zone leave each other alone. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let dev: Stack
let review: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  dev = await openStack(sandbox, 'dev')
  review = await openStack(sandbox, 'review')
  // The zone is the first one's own; the name is the stack's unless it is set.
  review.set({ manageZone: false, subdomain: undefined })
})
afterAll(() => sandbox.stop())

/** Everything at the accounts, whole, so that a change of any field shows. */
async function everything(name: string): Promise<Json> {
  const list = async (path: string, key: string) =>
    (await sandbox.digitalocean('GET', `${path}?per_page=200`))[key]
  const named = (one: Json) => JSON.stringify(one).includes(`padlock-${name}`)
  const { ip, clientId } = await (name === 'dev' ? dev : review).outputs()
  const connections = await sandbox.auth0('GET', '/connections')
  return {
    droplets: (await list('/droplets', 'droplets')).filter(named),
    firewalls: (await list('/firewalls', 'firewalls')).filter(named),
    keys: (await list('/account/keys', 'ssh_keys')).filter(named),
    projects: (await list('/projects', 'projects')).filter(named),
    address: await sandbox.digitalocean('GET', `/reserved_ips/${ip}`),
    records: (await list('/domains/padlock.localhost/records', 'domain_records')).filter(
      (one: Json) => one.name === name,
    ),
    client: await sandbox.auth0('GET', `/clients/${clientId}`),
    connections: await Promise.all(
      connections.map(async ({ id }: Json) => {
        const { clients } = await sandbox.auth0('GET', `/connections/${id}/clients`)
        return clients.some(({ client_id }: Json) => client_id === clientId)
      }),
    ),
  }
}

let devBefore: Json

test('the second comes up beside the first, under a name of its own', async () => {
  await dev.up()
  devBefore = await everything('dev')
  const counts = Object.entries(devBefore).map(([kind, of]) => [kind, (of as Json[]).length])
  expect(Object.fromEntries(counts)).toMatchObject({
    droplets: 1,
    firewalls: 1,
    keys: 1,
    projects: 1,
    records: 2,
  })
  const { output } = await review.up()
  expect(output).not.toContain('carry the tag')
  const [one, other] = [await dev.outputs(), await review.outputs()]
  expect(other.host).toBe('review.padlock.localhost')
  for (const key of ['url', 'ip', 'clientId', 'release', 'sshCommand', 'adminPrivateKey']) {
    expect([key, other[key]]).not.toEqual([key, one[key]])
  }
  expect(await everything('dev')).toEqual(devBefore)
})

test('neither finds anything of the other changed', async () => {
  for (const stack of [dev, review]) {
    const { code, output } = await stack.run('refresh --preview-only --expect-no-changes')
    expect(output).not.toMatch(/error:/)
    expect(code).toBe(0)
  }
})

test('the end of the second leaves the first as it was', async () => {
  const { code } = await review.run('destroy --yes --skip-preview')
  expect(code).toBe(0)
  expect(await everything('dev')).toEqual(devBefore)
  const things = await sandbox.things()
  expect(things.filter((thing) => thing.includes('review'))).toEqual([])
  expect(await dev.preview()).toEqual([])
})
