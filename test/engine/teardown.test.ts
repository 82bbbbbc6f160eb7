/** A teardown that meets what life does to environments, and the sweep. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from './project.ts'
import { type Json, type Sandbox, startSandbox } from './sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let given: string[]
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  given = await sandbox.things()
})
afterEach(() => sandbox.control.setFaults({ digitalocean: [] }))
afterAll(() => sandbox?.stop())

const must = async (words: string): Promise<Json> => {
  const ran = await project.padlock(`${words} --json`)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return JSON.parse(ran.stdout)
}
const ours = async () => (await sandbox.things()).filter((thing) => !given.includes(thing))

test('removes by the APIs what a lost state left, and comes up in its place', async () => {
  await must('env up pr-1 --ttl 1h')
  const [lost] = await sandbox.droplets()
  rmSync(join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json'))
  const [orphan] = await must('env list')
  expect(orphan).toMatchObject({ name: 'pr-1', state: 'orphan' })

  await must('env up pr-1 --ttl 1h')
  const droplets = await sandbox.droplets()
  expect(droplets).toHaveLength(1)
  expect(droplets[0].id).not.toBe(lost.id)
  const records = (await ours()).filter((thing) => / A$| A /.test(thing))
  expect(records).toHaveLength(1)
})

test('copes with what was removed by hand, the host included', async () => {
  const [droplet] = await sandbox.droplets()
  await sandbox.digitalocean('DELETE', `/droplets/${droplet.id}`)
  const { firewalls } = await sandbox.digitalocean('GET', '/firewalls')
  await sandbox.digitalocean('DELETE', `/firewalls/${firewalls[0].id}`)
  const clients = await sandbox.auth0('GET', '/clients')
  const client = clients.find(({ name }: Json) => name === 'padlock-pr-1')
  await sandbox.auth0('DELETE', `/clients/${client.client_id}`)

  const receipt = await must('env down pr-1')
  expect(receipt.left).toEqual([])
  expect(receipt.removed.map(({ kind }: Json) => kind)).not.toContain('droplet')
  expect(await ours()).toEqual([])
})

test('goes on after an API that fails half-way', async () => {
  await must('env up pr-1 --ttl 1h')
  // The provider asks five times before it gives up.
  const fault = { method: 'DELETE', path: '^/v2/firewalls/', times: 5, fault: { status: 500 } }
  await sandbox.control.setFaults({ digitalocean: [fault] })
  const ran = await project.padlock('env down pr-1')
  expect(ran).toMatchObject({ code: 0 })
  expect(ran.output).toContain('not everything went; attempt 2 of 3')
  expect(ran.output).toContain("Nothing is left under the project's names")
  expect(await ours()).toEqual([])
})

test('names what stays, with exit code 1, and finishes when the API answers again', async () => {
  await must('env up pr-1 --ttl 1h')
  const { ssh_keys: keys } = await sandbox.digitalocean('GET', '/account/keys')
  const fault = { method: 'DELETE', path: '^/v2/account/keys/', fault: { status: 403 } }
  await sandbox.control.setFaults({ digitalocean: [fault] })
  const ran = await project.padlock('env down pr-1')
  expect(ran.code).toBe(1)
  const [, left = ''] = ran.output.split('Left in the accounts:\n')
  expect(left).toMatch(new RegExp(`^  ssh key +${keys[0].name} \\(${keys[0].id}\\)$`, 'm'))
  await sandbox.control.setFaults({ digitalocean: [] })
  expect((await must('env down pr-1')).left).toEqual([])
  expect(await ours()).toEqual([])
})

test('comes up over a predecessor that is half destroyed', async () => {
  await must('env up pr-1 --ttl 1h')
  const { process: child, done } = project.launch('env down pr-1')
  let said = ''
  child.stdout?.on('data', (chunk) => {
    said += chunk
    if (said.includes('deleted')) child.kill('SIGINT')
  })
  await done
  await must('env up pr-1 --ttl 1h')
  expect(await sandbox.droplets()).toHaveLength(1)
})

test('comes up where the teardown has left the droplet and taken its key', async () => {
  const [before] = await sandbox.droplets()
  // A destroy takes what needs the droplet out of the state before it comes to the droplet.
  const file = join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json')
  const state = JSON.parse(readFileSync(file, 'utf8'))
  const { latest } = state.checkpoint
  const goes = /command:|Assignment$|Probe$|Release/
  latest.resources = latest.resources.filter(({ urn }: Json) => !goes.test(urn.split('::')[2]))
  writeFileSync(file, JSON.stringify(state))

  const { code, output } = await project.padlock('env up pr-1 --ttl 1h')
  if (code !== 0) throw new Error(output)
  expect(output).toContain('no key of pr-1 opens its droplet any more: it is replaced')
  expect(code).toBe(0)
  const after = await sandbox.droplets()
  expect(after).toHaveLength(1)
  expect(after[0].id).not.toBe(before.id)
})

/** Time passes: both marks of an environment's expiry are moved into the past. */
async function expire(name: string): Promise<void> {
  const { tags } = await sandbox.digitalocean('GET', '/tags?per_page=200')
  const mark = tags.find((tag: Json) => tag.name.startsWith(`padlock-${name}:expires:`))
  await sandbox.digitalocean('DELETE', `/tags/${mark.name}`)
  await sandbox.digitalocean('POST', '/tags', { name: `padlock-${name}:expires:20260101T0000Z` })
  const clients = await sandbox.auth0('GET', '/clients')
  const client = clients.find((one: Json) => one.name === `padlock-${name}`)
  const metadata = { ...client.client_metadata, expires: '2026-01-01T00:00:00.000Z' }
  await sandbox.auth0('PATCH', `/clients/${client.client_id}`, { client_metadata: metadata })
}

test('a sweep takes what has expired, and holds what it is told to', async () => {
  await must('env up pr-2 --ttl 1h')
  await expire('pr-2')

  const dry = await must('env sweep --dry-run')
  expect(dry.receipts).toEqual([])
  const decisions = dry.decisions.map(({ name, action }: Json) => `${action} ${name}`)
  expect(decisions).toEqual(['destroy pr-2', 'keep pr-1'])
  expect(await sandbox.droplets()).toHaveLength(2)

  expect((await must('env sweep --keep pr-2')).receipts).toEqual([])
  const { receipts } = await must('env sweep')
  expect(receipts).toMatchObject([{ stack: 'pr-2', left: [] }])
  expect((await must('env list')).map(({ name }: Json) => name)).toEqual(['pr-1'])
  await must('env down pr-1')
  expect(await ours()).toEqual([])
})
