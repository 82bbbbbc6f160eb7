/** Production's workflows, their commands as they stand: deploy, drift and sweep. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { makeRepository, type Repository } from '../../github/repository.ts'
import { generateKey } from '../../support/ssh-key.ts'
import { start } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { runJob } from '../support/workflow.ts'

jest.setTimeout(300_000)
const deployer = generateKey()
let sandbox: Sandbox
let project: Project
let repository: Repository
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  repository = await makeRepository()
  const dev = parse(readFileSync(join(project.folder, 'Pulumi.dev.yaml'), 'utf8'))
  const { 'padlock:protect': _, 'padlock:allowOlder': __, ...config } = dev.config
  settings({
    ...config,
    'padlock:subdomain': 'www',
    'padlock:environment': 'Production',
    // Nobody's network: the runner has an address of its own at each run.
    'padlock:sshFrom': ['192.0.2.0/24'],
    'padlock:sshKey': 'agent',
    'padlock:adminSshKeys': [deployer.publicKey],
  })
  writeFileSync(join(project.folder, '.gitignore'), '*\n')
  git('init', '--quiet')
  // The stack's salt belongs to the settings.
  const init = ['stack', 'init', 'production', '--non-interactive']
  const env = { ...process.env, ...project.environment }
  expect((await start('pulumi', init, { cwd: project.folder, env }).done).code).toBe(0)
  git('add', '--force', 'Pulumi.production.yaml')
  commit('begin')
})
afterAll(async () => {
  await repository?.close()
  await sandbox?.stop()
})

const path = () => join(project.folder, 'Pulumi.production.yaml')

function settings(config: Record<string, unknown>): void {
  writeFileSync(path(), stringify({ config }))
}

function git(...words: string[]): void {
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  execFileSync('git', [...person, ...words], { cwd: project.folder })
}
const commit = (message: string) =>
  git('commit', '--quiet', '--all', '--allow-empty', '-m', message)

const plan = () => runJob(project, ['deploy.yml', 'plan'])
const apply = () =>
  runJob(
    project,
    ['deploy.yml', 'apply'],
    { 'vars.OPEN_SSH': 'true', 'secrets.SSH_PRIVATE_KEY': deployer.privateKey },
    { GITHUB_RUN_ID: '7' },
  )
const waysIn = async () =>
  (await sandbox.digitalocean('GET', '/firewalls')).firewalls.filter(({ name }: Json) =>
    name.includes('.access.'),
  )
const atGitHub = (file: string, job: string) =>
  runJob(
    project,
    [file, job],
    { 'github.token': 'ghs-run' },
    {
      GITHUB_API_URL: repository.server.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '1',
    },
  )

test('deploy: the plan is made and reported, and makes nothing', async () => {
  await sandbox.writes()
  const { code, output, summary } = await plan()
  if (code !== 0) throw new Error(output)
  expect(summary).toMatch(/^### `production`: First deployment: creates \d+ resources\n/)
  expect(await sandbox.writes()).toEqual([])
})

test('deploy: the plan that was approved is done, by a key and a way in of the run alone', async () => {
  const { code, output } = await apply()
  if (code !== 0) throw new Error(output)
  expect(output).toContain('closed: padlock-production.access.')
  expect(await sandbox.droplets()).toHaveLength(1)
  expect(await waysIn()).toEqual([])
})

test('deploy: a plan of another commit is refused', async () => {
  commit('a push in between')
  const { code, output } = await apply()
  expect(code).toBe(1)
  expect(output).toMatch(/the plan is rejected: it was made for commit \w+, here is \w+\./)
  expect(await waysIn()).toEqual([])
})

test('deploy: a loss in production without consent is no plan', async () => {
  const before = readFileSync(path(), 'utf8')
  const { config, ...rest } = parse(before)
  const changed = { ...config, 'padlock:image': '12345' }
  writeFileSync(path(), stringify({ ...rest, config: changed }))
  commit('another image')
  const { code, output } = await plan()
  writeFileSync(path(), before)
  commit('the image as it was')
  expect(code).toBe(1)
  expect(output).toMatch(/unable to replace resource "\S+Droplet::padlock-production"/)
})

test('deploy: an older commit than the live one is stopped, unless it is meant', async () => {
  commit('a colleague was here')
  for (const { code, output } of [await plan(), await apply()]) {
    if (code !== 0) throw new Error(output)
  }
  git('reset', '--quiet', '--hard', 'HEAD~1')
  expect((await plan()).output).toContain('an update would be stopped: commit')
  const stopped = await apply()
  expect(stopped.code).not.toBe(0)
  expect(stopped.output).toMatch(/commit \w+ is live, and the commit here \(\w+\) does not have it/)
  const words = 'plan apply --stack production --from plan --allow-older'
  // Nothing is done on the host, so the agent is not asked.
  const { code, output } = await project.launch(words, { SSH_AUTH_SOCK: '/nowhere' }).done
  if (code !== 0) throw new Error(output)
})

test('drift: an issue while the accounts differ', async () => {
  expect((await atGitHub('drift.yml', 'drift')).stdout).toMatch(/none\n$/)
  const [{ id }] = (await sandbox.digitalocean('GET', '/firewalls')).firewalls
  await sandbox.digitalocean('DELETE', `/firewalls/${id}`)
  expect((await atGitHub('drift.yml', 'drift')).stdout).toMatch(/opened\n$/)
  expect(repository.server.state.issues).toMatchObject([{ state: 'open', labels: ['drift'] }])
})

test('sweep: production is not looked at', async () => {
  const before = await sandbox.things()
  const { code, output } = await atGitHub('sweep.yml', 'sweep')
  if (code !== 0) throw new Error(output)
  expect(output).not.toContain('production')
  expect(await sandbox.things()).toEqual(before)
})
