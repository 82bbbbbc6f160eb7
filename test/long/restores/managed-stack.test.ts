/** A stack with a managed database: what its host is handed for a restore, and a drill of its dumps. */
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from '../../engine/support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../../engine/support/sandbox.ts'
import { openStack, type Stack } from '../../engine/support/stack.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  stack.set({ volume: 4, database: 'managed', backups: 'spaces' })
  await stack.up()
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
})
afterAll(() => sandbox?.stop())

const told = async () => {
  const [droplet] = await sandbox.droplets()
  return JSON.parse(sandbox.hostFile(droplet.id, 'restore'))
}

test('its own host is handed the cluster’s owner, and tells nobody of him', async () => {
  const [cluster] = (await sandbox.digitalocean('GET', '/databases')).databases
  const { user } = await sandbox.digitalocean('GET', `/databases/${cluster.id}/users/doadmin`)
  const { code, output } = await project.padlock('restore --stack dev --yes')
  expect([code, output]).toEqual([0, expect.stringContaining('dev is restored')])
  expect(await told()).toEqual({
    ...{ source: null, at: null, label: null, backUpBefore: true },
    into: {
      ...{ kind: 'managed', user: 'doadmin', password: user.password },
      storageMiB: cluster.storage_size_mib,
    },
  })
  const [droplet] = await sandbox.droplets()
  expect(output + sandbox.commands(droplet.id).join('\n')).not.toContain(user.password)
  const [ordered] = [JSON.parse(sandbox.hostFile(droplet.id, 'backup'))]
  expect(ordered.managed).toMatchObject({ user: 'app', database: 'app', cluster: cluster.id })
  expect(JSON.stringify(ordered)).not.toContain(user.password)
})

test('a drill has a dump of it go into a database of the environment’s own, with room for it', async () => {
  const { code, stdout, output } = await project.padlock('restore --drill --stack dev --json')
  expect([code, code === 0 ? '' : output]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({ database: { rows: 1000 }, problems: [], left: [] })
  const { source, into, ...asked } = JSON.parse(
    readFileSync(join(sandbox.dir, 'machines/trouble/restored.told'), 'utf8'),
  ) as Json
  expect(asked).toEqual({
    ...{ at: null, label: null, backUpBefore: false, database: false, files: false, dump: true },
  })
  expect(into).toMatchObject({
    kind: 'local',
    user: 'app',
    password: expect.stringMatching(/^\w{32}$/),
  })
  expect(source.prefix).toBe('padlock-dev')
  expect(output).not.toContain(into.password)
})
