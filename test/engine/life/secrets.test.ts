/** Secrets of the environments' template, encrypted for its own stack alone. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { start } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let project: Project
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
})
afterAll(() => sandbox.stop())

const settings = (stack: string) =>
  parse(readFileSync(join(project.folder, `Pulumi.${stack}.yaml`), 'utf8'))

async function pulumi(...args: string[]): Promise<void> {
  const env = { ...process.env, ...project.environment }
  const ran = await start('pulumi', [...args, '--non-interactive'], { cwd: project.folder, env })
    .done
  if (ran.code !== 0) throw new Error(ran.output)
}

test('an environment gets them under a key of its own, in the organisation that is meant', async () => {
  await pulumi('stack', 'init', 'preview')
  const set = ['config', 'set', '--stack', 'preview', '--secret', '--path']
  await pulumi(...set, 'padlock:appSecrets.TOKEN', 'hunter2hunter2')
  await pulumi(...set, 'padlock:appSecrets.OTHER', 'two words')

  const { code, output } = await project.launch('env up pr-1 --ttl 1h', {
    PADLOCK_ORGANIZATION: 'organization',
  }).done
  if (code !== 0) throw new Error(output)
  const [droplet] = await sandbox.droplets()
  const { secrets } = JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
  expect(secrets).toMatchObject({ TOKEN: 'hunter2hunter2', OTHER: 'two words' })

  const [template, own] = [settings('preview'), settings('pr-1')]
  expect(own.encryptionsalt).toMatch(/^v1:/)
  expect(own.encryptionsalt).not.toBe(template.encryptionsalt)
  const { secure } = template.config['padlock:appSecrets'].TOKEN
  expect(own.config['padlock:appSecrets'].TOKEN.secure).not.toBe(secure)
  expect(output).not.toContain('hunter2hunter2')
})

test('one that is extended by another checkout keeps a secret of its own', async () => {
  const own = ['padlock:appSecrets.OWN', 'hunter3hunter3']
  await pulumi('config', 'set', '--stack', 'pr-1', '--secret', '--path', ...own)
  await pulumi('up', '--yes', '--skip-preview', '--stack', 'pr-1')
  rmSync(join(project.folder, 'Pulumi.pr-1.yaml'))
  const { code, output } = await project.padlock('env extend pr-1 --ttl 2h')
  if (code !== 0) throw new Error(output)
  const [droplet] = await sandbox.droplets()
  const { secrets } = JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
  expect(secrets).toMatchObject({ TOKEN: 'hunter2hunter2', OWN: 'hunter3hunter3' })
  expect(settings('pr-1').config['padlock:appSecrets'].OWN.secure).toMatch(/^v1:/)
  await pulumi('preview', '--expect-no-changes', '--stack', 'pr-1')
})

test('without the stack of the template the message says how to go on', async () => {
  await pulumi('stack', 'rm', 'preview', '--yes', '--preserve-config')
  const { code, output } = await project.padlock('env extend pr-1 --ttl 2h')
  expect(code).toBe(1)
  expect(output).toContain('the secrets in Pulumi.preview.yaml cannot be read')
  expect(output).toContain('Fix: pulumi stack init preview')
  expect((await project.padlock('env down pr-1')).code).toBe(0)
})
