/** A teardown that meets what life does to environments. */
import { rmSync } from 'node:fs'
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
