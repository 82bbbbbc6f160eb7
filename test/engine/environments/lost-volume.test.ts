/** An environment with data: its state is lost, and somebody has taken a snapshot by hand. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
})
afterAll(() => sandbox?.stop())

const volumes = async (): Promise<Json[]> => (await sandbox.digitalocean('GET', '/volumes')).volumes
/** Accounts that others use as well. */
const SHARED = { PADLOCK_EXCLUSIVE: '' }
const UP = 'env up pr-1 --ttl 1h --set volume=1'

test('env up stops at its volume, and takes it over if told to', async () => {
  const first = await project.padlock(UP)
  expect([first.code, first.code === 0 ? '' : first.output]).toEqual([0, ''])
  const [volume] = await volumes()
  const [lost] = await sandbox.droplets()
  await sandbox.digitalocean('POST', `/volumes/${volume.id}/snapshots`, {
    name: 'before the upgrade',
  })
  rmSync(join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json'))

  await sandbox.writes()
  const refused = await project.padlock(UP)
  expect(refused.code).toBe(1)
  expect(refused.output).toContain(`  volume ${volume.name} (${volume.id})`)
  expect(refused.output).toContain('./padlock env up pr-1 --keep-volume')
  expect(refused.output).toContain('./padlock env down pr-1')
  expect(await sandbox.writes()).toEqual([])

  const kept = await project.padlock(`${UP} --keep-volume`)
  expect([kept.code, kept.code === 0 ? '' : kept.output]).toEqual([0, ''])
  const [droplet, ...others] = await sandbox.droplets()
  expect(others).toEqual([])
  expect(droplet.id).not.toBe(lost.id)
  expect(await volumes()).toMatchObject([{ id: volume.id, droplet_ids: [droplet.id] }])
})

test('env down names the snapshot, which nothing but its volume told of', async () => {
  const ran = await project.launch('env down pr-1 --json', SHARED).done
  const { left } = JSON.parse(ran.stdout)
  expect([ran.code, left.map(({ kind, name }: Json) => [kind, name])]).toEqual([
    1,
    [['volume snapshot', 'before the upgrade']],
  ])
  expect(await volumes()).toEqual([])
})
