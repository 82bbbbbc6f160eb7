/** A pull request from its label to its receipt: the verbs of the workflows, GitHub simulated. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRepository, type Repository, textsOn } from '../../github/repository.ts'
import type { Issue } from '../../support/github/state.ts'
import type { Ran } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { runJob } from '../support/workflow.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let repository: Repository
let given: string[]
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  repository = await makeRepository()
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  given = await sandbox.things()
  // The app is the test's own, to be changed by a push.
  unlinkSync(join(project.folder, 'app'))
  cpSync(join(root, 'app'), join(project.folder, 'app'), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  git('init', '--quiet')
  git('commit', '--quiet', '--allow-empty', '--message', 'begin')
})
afterAll(async () => {
  await repository?.close()
  await sandbox?.stop()
})

function git(...words: string[]): string {
  const person = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  return execFileSync('git', [...person, ...words], { cwd: project.folder, encoding: 'utf8' })
}

let runs = 0
/** What GitHub tells a run; each has a number of its own. */
const ofARun = () => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_API_URL: repository.server.url,
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_RUN_ID: String(++runs),
})
/** A verb as a step of a workflow's run calls it. */
async function step(words: string): Promise<Ran> {
  const ran = await project.launch(words, { ...ofARun(), GITHUB_TOKEN: 'ghs-run' }).done
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return ran
}
/** The job of ephemeral.yml, its commands as they stand. */
async function reconcile({ number }: Issue): Promise<Ran> {
  const contexts = {
    'github.token': 'ghs-run',
    'github.event.pull_request.number': String(number),
  }
  const ran = await runJob(project, ['ephemeral.yml', 'environment'], contexts, ofARun())
  if (ran.code !== 0) throw new Error(ran.output)
  return ran
}
/** The one comment about the environment. */
const comment = ({ number }: Issue): string => {
  const found = textsOn(repository, number).filter((text) => text.startsWith('### Environment'))
  expect(found).toHaveLength(1)
  return found[0] ?? ''
}
const released = (dropletId: number) =>
  sandbox.commands(dropletId).filter((line) => /release/.test(line)).length
const measured = (what: string, { seconds }: Ran) =>
  process.stdout.write(`${what}: ${seconds.toFixed(1)} s\n`)

describe('one pull request', () => {
  let pull: Issue
  let url: string
  let commands: string[]

  test('the label brings its environment up; the comment says where, until when, for how much', async () => {
    pull = repository.pull({ labels: ['preview-env'] })
    measured('from the label to the URL', await reconcile(pull))
    url = `https://pr-${pull.number}.preview.padlock.localhost:${sandbox.file.ports.https}`
    const said = comment(pull)
    expect(said).toContain(`| open | <${url}> |`)
    expect(said).toContain(`| commit | ${git('rev-parse', 'HEAD').trim()} |`)
    expect(said).toMatch(/\| expires \| \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    expect(said).toContain('| cost | $0.0060 an hour |')
  })

  test('a push is a release to the same droplet, and updates the same comment', async () => {
    const [before] = await sandbox.droplets()
    commands = sandbox.commands(before.id)
    writeFileSync(join(project.folder, 'app', 'pushed.txt'), 'news')
    git('add', 'app/pushed.txt')
    git('commit', '--quiet', '--message', 'a push')
    measured('from the push to the release', await reconcile(pull))
    const droplets = await sandbox.droplets()
    expect(droplets.map(({ id }: Json) => id)).toEqual([before.id])
    expect(released(before.id)).toBeGreaterThan(commands.filter((x) => /release/.test(x)).length)
    expect(comment(pull)).toContain(`| commit | ${git('rev-parse', 'HEAD').trim()} |`)
  })

  test('its report is shown in a second comment', async () => {
    writeFileSync(join(project.folder, 'app', 'pushed.txt'), 'more news')
    const stack = `pr-${pull.number}`
    mkdirSync(join(project.folder, 'reports'))
    await step(`preview --stack ${stack} --format markdown --out reports/${stack}.md`)
    await step(
      `github preview --number ${pull.number} --reports reports --stacks ${JSON.stringify([stack])}`,
    )
    const report = textsOn(repository, pull.number).at(-1)
    expect(report).toBe(readFileSync(join(project.folder, 'reports', `${stack}.md`), 'utf8'))
    expect(report).toContain(`### \`${stack}\`: Release only, no downtime`)
  })

  test('drift opens one issue, which is closed when it is gone', async () => {
    const drift = () => step(`github drift --stack pr-${pull.number}`)
    const issues = () => repository.server.state.issues.filter((issue) => !issue.pull)
    expect((await drift()).stdout).toMatch(/none\n$/)
    const [firewall] = (await sandbox.digitalocean('GET', '/firewalls')).firewalls
    const { id, name, tags, inbound_rules, outbound_rules } = firewall
    const opened = { protocol: 'tcp', ports: '5432', sources: { addresses: ['0.0.0.0/0'] } }
    const put = (rules: Json[]) =>
      sandbox.digitalocean('PUT', `/firewalls/${id}`, {
        ...{ name, tags, outbound_rules, inbound_rules: rules },
      })
    await put([...inbound_rules, opened])
    expect((await drift()).stdout).toMatch(/opened\n$/)
    expect(issues()).toMatchObject([{ state: 'open', labels: ['drift'] }])
    expect(issues()[0]?.body).toContain('5432')
    await put(inbound_rules)
    expect((await drift()).stdout).toMatch(/closed\n$/)
    expect(issues()).toMatchObject([{ state: 'closed' }])
  })

  test('closing destroys it, and the comment is the receipt', async () => {
    const [droplet] = await sandbox.droplets()
    pull.state = 'closed'
    measured('from the close to the receipt', await reconcile(pull))
    const said = comment(pull)
    expect(said).toMatch(/Destroyed in \d+ s \(the pull request is closed\); the accounts were/)
    expect(said).toContain(`- droplet \`${droplet.name}\` (${droplet.id}), `)
    expect(await sandbox.things()).toEqual(given)
    expect(pull.labels).toEqual([])
    expect((await reconcile(pull)).stdout).toMatch(/nothing\n$/)
  })
})

describe('an environment whose time is over', () => {
  let pull: Issue
  beforeAll(async () => {
    pull = repository.pull({ labels: ['preview-env', 'keep'] })
    await reconcile(pull)
    await letExpire(`pr-${pull.number}`)
  })

  test('is held by the label keep', async () => {
    expect((await step('github sweep')).stdout).toContain(`| pr-${pull.number} | keep | held |`)
    expect(await sandbox.droplets()).toHaveLength(1)
  })

  test('is named by a dry run, then destroyed, and its pull request is told', async () => {
    pull.labels = ['preview-env']
    const row = `| pr-${pull.number} | destroy | expired `
    expect((await step('github sweep --dry-run')).stdout).toContain(row)
    expect(await sandbox.droplets()).toHaveLength(1)
    expect((await step('github sweep')).stdout).toContain(row)
    expect(comment(pull)).toMatch(/Destroyed in \d+ s \(expired .*nothing is left/)
    expect(await sandbox.things()).toEqual(given)
    expect(pull.labels).toEqual([])
  })
})

/** Sets the marks in both accounts back by days, as if they had passed. */
async function letExpire(stack: string): Promise<void> {
  const past = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 16)
  const [droplet] = await sandbox.droplets()
  const resources = [{ resource_id: String(droplet.id), resource_type: 'droplet' }]
  const mark = droplet.tags.find((tag: string) => tag.includes(':expires:'))
  const tag = mark.replace(/[^:]*$/, `${past.replace(/[-:]/g, '')}Z`)
  await sandbox.digitalocean('DELETE', `/tags/${mark}`)
  await sandbox.digitalocean('POST', '/tags', { name: tag })
  await sandbox.digitalocean('POST', `/tags/${tag}/resources`, { resources })
  const clients = await sandbox.auth0('GET', '/clients')
  const client = clients.find(({ name }: Json) => name === `padlock-${stack}`)
  const client_metadata = { ...client.client_metadata, expires: `${past}Z` }
  await sandbox.auth0('PATCH', `/clients/${client.client_id}`, { client_metadata })
}
