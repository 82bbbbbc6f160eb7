/** An environment over one that is half destroyed, and the sweep. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from '../support/processes.ts'
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
afterAll(() => sandbox?.stop())

const must = async (words: string): Promise<Json> => {
  const ran = await project.padlock(`${words} --json`)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return JSON.parse(ran.stdout)
}
const ours = async () => (await sandbox.things()).filter((thing) => !given.includes(thing))

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
  const goes = /command:|Assignment$|Probe$|Release|Project/
  latest.resources = latest.resources.filter(({ urn }: Json) => !goes.test(urn.split('::')[2]))
  writeFileSync(file, JSON.stringify(state))
  await removeProject('padlock-pr-1')

  const { code, output } = await project.padlock('env up pr-1 --ttl 1h')
  if (code !== 0) throw new Error(output)
  expect(output).toContain('no key of pr-1 opens its droplet any more: it is replaced')
  expect(code).toBe(0)
  const after = await sandbox.droplets()
  expect(after).toHaveLength(1)
  expect(after[0].id).not.toBe(before.id)
})

test('nothing is removed while another engine has the lock', async () => {
  const locks = join(sandbox.dir, 'state/.pulumi/locks/organization/padlock/pr-1')
  const lock = join(locks, 'another.json')
  const file = join(sandbox.dir, 'state/.pulumi/stacks/padlock/pr-1.json')
  mkdirSync(locks, { recursive: true })
  const timestamp = '2026-01-01T00:00:00Z'
  writeFileSync(
    lock,
    JSON.stringify({ pid: 1, username: 'ada', hostname: 'another.example', timestamp }),
  )
  const before = await ours()

  const { code, stdout, output } = await project.padlock('env down pr-1 --no-wait --json')
  expect(code).toBe(1)
  expect(output).toContain('pr-1 stays: another update of pr-1 is at work')
  expect(JSON.parse(stdout)).toMatchObject({ busy: true, removed: [] })
  // Without --json the engine's own words go to the terminal.
  expect((await project.padlock('env down pr-1 --no-wait')).output).toMatch(
    /currently locked by.*pr-1 was not touched: another update of pr-1 is at work/s,
  )
  // As that engine's first moments have it: what it makes is not in the state yet.
  const state = readFileSync(file, 'utf8')
  const empty = JSON.parse(state)
  empty.checkpoint.latest.resources = []
  writeFileSync(file, JSON.stringify(empty))
  expect((await project.padlock('env up pr-1 --ttl 1h')).output).toContain(
    'pr-1 is not touched: another update of pr-1 is at work',
  )
  expect(await ours()).toEqual(before)
  writeFileSync(file, state)
  rmSync(lock)
})

/** As the provider does it: a project goes when nothing is in it. */
async function removeProject(name: string): Promise<void> {
  const { projects } = await sandbox.digitalocean('GET', '/projects?per_page=200')
  const { id } = projects.find((one: Json) => one.name === name)
  const { resources } = await sandbox.digitalocean('GET', `/projects/${id}/resources?per_page=200`)
  const urns = resources.map(({ urn }: Json) => urn)
  await sandbox.digitalocean('POST', '/projects/default/resources', { resources: urns })
  // They leave it in the background.
  const gone = () =>
    sandbox.digitalocean('DELETE', `/projects/${id}`).then(
      () => true,
      () => false,
    )
  while (!(await gone())) await sleep(100)
}

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

test('a volume that no stack knows goes with its snapshot, and another owner’s stays', async () => {
  await must('env up pr-3 --ttl 1h')
  const { tags } = await sandbox.digitalocean('GET', '/tags?per_page=200')
  const [, owner] = tags
    .map(({ name }: Json) => /^padlock-pr-3:owner:(\w+)$/.exec(name))
    .find(Boolean)
  await must('env down pr-3')
  const expired = 'expires:20260101T0000Z'
  const volume = async (stack: string, ...marks: string[]) => {
    const tags = [`padlock-${stack}`, ...marks.map((mark) => `padlock-${stack}:${mark}`)]
    const body = { region: 'ams3', name: `padlock-${stack}-${owner}`, size_gigabytes: 1, tags }
    const made = await sandbox.digitalocean('POST', '/volumes', body)
    return { id: made.volume.id, tags }
  }
  const marked = await volume('pr-8', `owner:${owner}`, expired)
  const snapshot = { name: 'padlock-pr-8-1a2b3c4', tags: marked.tags }
  await sandbox.digitalocean('POST', `/volumes/${marked.id}/snapshots`, snapshot)
  const foreign = 'owner:ffffffff'
  await volume('pr-9', foreign, expired)

  await volume('pr-7', `owner:${owner}`, expired)
  const env = { ...process.env, ...project.environment }
  const init = ['stack', 'init', 'pr-7', '--non-interactive']
  expect((await start('pulumi', init, { cwd: project.folder, env }).done).code).toBe(0)

  const { decisions, receipts } = await must('env sweep')
  const said = decisions.map(({ name, action }: Json) => `${action} ${name}`)
  expect(said).toEqual(['remove orphans pr-7', 'remove orphans pr-8'])
  // Of a stack with nothing in it: both go.
  expect(receipts).toMatchObject([
    { stack: 'pr-7', left: [] },
    { stack: 'pr-8', left: [] },
  ])
  const kinds = receipts[1].removed.map(({ kind }: Json) => kind).sort()
  expect(kinds).toEqual(['tag', 'tag', 'tag', 'volume', 'volume snapshot'])
  expect((await ours()).sort()).toEqual([
    'tag padlock-pr-9',
    `tag padlock-pr-9:${expired}`,
    `tag padlock-pr-9:${foreign}`,
    // The end of the name is masked as made up.
    'volume padlock-pr-9-*',
  ])
})
