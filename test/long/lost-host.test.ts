/** A stack with data whose droplet, volume and state are gone comes back by docs/worst-day.md. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openProject } from '../engine/support/project.ts'
import { type Sandbox, startSandbox } from '../engine/support/sandbox.ts'
import { openStack, type Stack } from '../engine/support/stack.ts'

jest.setTimeout(400_000)
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  const backups = { backups: 'spaces', backupRegion: 'fra1' }
  stack.set({ volume: 10, database: 'local', ...backups, protect: undefined })
  await stack.up()
})
afterAll(() => sandbox.stop())

const droplet = async (): Promise<number> => (await sandbox.droplets())[0].id
const onHost = async (name: string) => JSON.parse(sandbox.hostFile(await droplet(), name))
async function loseDroplet(): Promise<number> {
  const id = await droplet()
  await sandbox.digitalocean('DELETE', `/droplets/${id}`)
  while ((await sandbox.droplets()).length > 0) await sleep(200)
  return id
}

test('a droplet that is gone is no end for an update: nobody dials what it was', async () => {
  const lost = await loseDroplet()
  await stack.up('--refresh')
  expect(await droplet()).not.toBe(lost)
  expect(await stack.preview()).toEqual([])
})

test('the state that lies beside the backups brings droplet and volume back, with the same bucket', async () => {
  const project = await openProject(sandbox)
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  const put = await project.padlock('backup state --stack dev')
  expect([put.code, put.output]).toEqual([0, expect.any(String)])
  const kept = await onHost('state')
  const order = await onHost('backup')
  const lost = await loseDroplet()
  for (const { id } of (await sandbox.digitalocean('GET', '/volumes')).volumes) {
    await sandbox.digitalocean('DELETE', `/volumes/${id}`)
  }

  const file = join(sandbox.dir, 'recovered.json')
  writeFileSync(file, kept.export)
  expect(kept.settings).toBe(readFileSync(stack.configFile, 'utf8'))
  const all = ['rm --yes --force --preserve-config', 'init', `import --file ${file}`]
  for (const words of all) expect(await stack.run(`stack ${words}`)).toMatchObject({ code: 0 })
  await stack.up('--refresh')
  expect(await droplet()).not.toBe(lost)
  // The new host opens what the one before has backed up.
  expect(await onHost('backup')).toEqual(order)
  expect(await stack.preview()).toEqual([])
})
