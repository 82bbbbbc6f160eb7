/** Ephemeral environments from their first `up` to their receipts, on accounts without machines. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let given: string[]
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  given = await sandbox.things()
  const template = join(project.folder, 'Pulumi.preview.yaml')
  const id = '  padlock:appEnv:\n    GUILD_ID: 1177210937346019389\n'
  writeFileSync(template, readFileSync(template, 'utf8').replace(/^config:\n/m, `config:\n${id}`))
})
afterAll(() => sandbox?.stop())

const must = async (words: string): Promise<Json> => {
  const ran = await project.padlock(words)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return ran.stdout.startsWith('{') || ran.stdout.startsWith('[')
    ? JSON.parse(ran.stdout)
    : ran.output
}
/** Expiries are whole minutes, from a moment between the verb's beginning and now. */
function expectExpiry(time: string, hours: number, began: number): void {
  const from = Date.parse(time) - hours * 3_600_000
  expect(from).toBeGreaterThanOrEqual(began)
  expect(from).toBeLessThanOrEqual(Date.now() + 60_000)
}

describe('one environment', () => {
  test('comes up under its own name, with its expiry and price', async () => {
    const began = Date.now()
    const made = await must('env up pr-12 --ttl 3h --set maxBodyMiB=7 --json')
    expect(made).toMatchObject({
      name: 'pr-12',
      url: `https://pr-12.preview.padlock.localhost:${sandbox.file.ports.https}`,
      costPerHour: 0.00595,
    })
    expectExpiry(made.expires, 3, began)
    const [droplet] = await sandbox.droplets()
    const stamp = made.expires.slice(0, 16).replace(/[-:]/g, '')
    expect(droplet.tags.sort()).toEqual([
      'padlock-pr-12',
      `padlock-pr-12:expires:${stamp}Z`,
      'padlock-pr-12:owner:abc1234',
    ])
    const clients = await sandbox.auth0('GET', '/clients')
    const client = clients.find(({ name }: Json) => name === 'padlock-pr-12')
    expect(client.client_metadata).toEqual({
      project: 'padlock',
      stack: 'pr-12',
      owner: 'abc1234',
      expires: made.expires,
    })
    expect(client.callbacks).toEqual([`${made.url}/callback`])
    expect(await sandbox.things()).not.toContainEqual(expect.stringMatching(/^reserved/))
  })

  test('is listed', async () => {
    const [listed, ...others] = await must('env list --json')
    expect(others).toEqual([])
    expect(listed).toMatchObject({ name: 'pr-12', state: 'up', costPerHour: 0.00595 })
    expect(await must('env list')).toMatch(/^1 environment in /m)
  })

  test('is extended without a release, by a checkout that did not make it too', async () => {
    const file = join(project.folder, 'Pulumi.pr-12.yaml')
    rmSync(file)
    const [droplet] = await sandbox.droplets()
    const before = sandbox.commands(droplet.id)
    const began = Date.now()
    await must('env extend pr-12 --ttl 2d')
    const [listed] = await must('env list --json')
    expectExpiry(listed.expires, 48, began)
    expect((await sandbox.droplets()).map(({ id }) => id)).toEqual([droplet.id])
    expect(sandbox.commands(droplet.id)).toEqual(before)
    const written = readFileSync(file, 'utf8')
    expect(written).toMatch(/maxBodyMiB: "?7/)
    expect(written).toContain('GUILD_ID: 1177210937346019389\n')
    const tags = await sandbox.things()
    expect(tags.filter((thing) => /^tag .*:expires:/.test(thing))).toHaveLength(1)
  })

  test('goes, with a receipt that names everything', async () => {
    const began = Date.now()
    const receipt = await must('env down pr-12 --json')
    expect(receipt.left).toEqual([])
    const kinds = receipt.removed.map(({ kind }: Json) => kind).sort()
    expect(kinds).toEqual([
      'auth0 client',
      'auth0 connection client',
      'dns record',
      'dns record',
      'droplet',
      'firewall',
      'project',
      'ssh key',
      'tag',
      'tag',
      'tag',
    ])
    for (const { at } of receipt.removed) expect(Date.parse(at)).toBeGreaterThanOrEqual(began)
    expect(await sandbox.things()).toEqual(given)
    const [kept] = readdirSync(join(sandbox.dir, 'receipts'))
    expect(JSON.parse(readFileSync(join(sandbox.dir, 'receipts', kept ?? ''), 'utf8'))).toEqual(
      receipt,
    )
    expect(existsSync(join(project.folder, 'Pulumi.pr-12.yaml'))).toBe(false)
    expect(await must('env list --json')).toEqual([])
  })
})
