/** What a verb must leave: production, another owner's, what carries no mark; and what it may take. */
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Ran, start } from '../support/processes.ts'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
/** A real account is never the project's alone. */
const SHARED = { PADLOCK_EXCLUSIVE: '' }
const verb = (words: string, more: Record<string, string> = {}): Promise<Ran> =>
  project.launch(words, { ...SHARED, ...more }).done
const must = async (words: string, more?: Record<string, string>): Promise<Json> => {
  const ran = await verb(`${words} --json`, more)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return JSON.parse(ran.stdout)
}
const settings = (file: string) => join(project.folder, file)

/** Settings of the clone with other values of the project's keys; undefined takes one out. */
function change(file: string, values: Record<string, unknown>): void {
  const { config, ...rest } = parse(readFileSync(settings(file), 'utf8'))
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete config[`padlock:${key}`]
    else config[`padlock:${key}`] = value
  }
  writeFileSync(settings(file), stringify({ ...rest, config }))
}

/** What a run leaves as it was, and says no to with exit code 1. */
async function refused(words: string, more: Record<string, string> = {}): Promise<Ran> {
  const before = await sandbox.things()
  await sandbox.writes()
  const ran = await verb(words, more)
  expect([ran.code, ran.output]).toEqual([1, expect.any(String)])
  expect(await sandbox.writes()).toEqual([])
  expect(await sandbox.things()).toEqual(before)
  return ran
}

/** Both marks of an environment in the accounts, as they would be of another owner, or without any. */
async function remark(stack: string, owner: string | undefined, expires: string): Promise<void> {
  const name = `padlock-${stack}`
  const [droplet] = (await sandbox.droplets()).filter(({ tags }) => tags.includes(name))
  const resources = [{ resource_id: String(droplet.id), resource_type: 'droplet' }]
  const { tags } = await sandbox.digitalocean('GET', '/tags?per_page=200')
  for (const { name: tag } of tags.filter((one: Json) => one.name.startsWith(`${name}:`)))
    await sandbox.digitalocean('DELETE', `/tags/${tag}`)
  const stamp = `${expires.replace(/[-:]/g, '')}`
  for (const tag of [`${name}:expires:${stamp}`, ...(owner ? [`${name}:owner:${owner}`] : [])]) {
    await sandbox.digitalocean('POST', '/tags', { name: tag })
    await sandbox.digitalocean('POST', `/tags/${tag}/resources`, { resources })
  }
  const clients = await sandbox.auth0('GET', '/clients')
  const client = clients.find((one: Json) => one.name === name)
  const { owner: _, ...metadata } = client.client_metadata
  const client_metadata = { ...metadata, expires, owner: owner ?? null }
  await sandbox.auth0('PATCH', `/clients/${client.client_id}`, { client_metadata })
}

beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
})
afterAll(() => sandbox?.stop())

describe('production, in a clone that has no Pulumi.production.yaml', () => {
  beforeAll(async () => {
    const file = 'Pulumi.production.yaml'
    cpSync(settings('Pulumi.dev.yaml'), settings(file))
    change(file, { subdomain: 'www', manageZone: false })
    const env = { ...process.env, ...project.environment }
    const pulumi = (...words: string[]) =>
      start('pulumi', [...words, '--non-interactive'], { cwd: project.folder, env }).done
    expect((await pulumi('stack', 'init', 'production')).code).toBe(0)
    const up = await pulumi('up', '--yes', '--skip-preview', '--stack', 'production')
    if (up.code !== 0) throw new Error(up.output)
    rmSync(settings(file))
  })

  test('is not destroyed by env down', async () => {
    const { output } = await refused('env down production')
    expect(output).toContain(
      'production was not touched: it has no expiry, so it is a permanent stack. To destroy it: pulumi destroy --stack production',
    )
    expect(output).toMatch(/^Left in the accounts:\n(.*\n)* {2}droplet +padlock-production-/m)
  })

  test.each(['env up production', 'env extend production'])(
    'is not updated by %s',
    async (words) => {
      const { output } = await refused(words)
      expect(output).toContain('it has no expiry, so it is a permanent stack')
    },
  )

  test('is neither listed nor swept', async () => {
    expect(await must('env list')).toEqual([])
    expect((await must('env sweep')).decisions).toEqual([])
  })

  test('with its state lost too: named, and left', async () => {
    const state = join(sandbox.dir, 'state/.pulumi/stacks/padlock/production.json')
    renameSync(state, `${state}.kept`)
    const down = await refused('env down production')
    expect(down.output).toMatch(/^ {2}droplet +padlock-production-/m)
    const up = await refused('env up production')
    expect(up.output).toContain('production is in the accounts already')
    renameSync(`${state}.kept`, state)
  })
})

describe('environments of two owners in one account', () => {
  const FORK = {} as Record<string, string>
  beforeAll(async () => {
    FORK.PULUMI_BACKEND_URL = `file://${join(sandbox.dir, 'fork')}?metadata=skip`
    execFileSync('mkdir', ['-p', join(sandbox.dir, 'fork')])
    await must('env up pr-1 --ttl 1h')
  })

  test('another repository, with a backend of its own, takes nothing of it', async () => {
    change('Pulumi.preview.yaml', { owner: 'fork' })
    const down = await refused('env down pr-1', FORK)
    expect(down.output).toMatch(/^ {2}droplet +padlock-pr-1-/m)
    const up = await refused('env up pr-1', FORK)
    expect(up.output).toMatch(/droplet padlock-pr-1-\w+ \(\d+\): another owner's/)
    expect(await must('env list', FORK)).toEqual([])
    change('Pulumi.preview.yaml', { owner: 'abc1234' })
  })

  test('nor where both keep their stacks in one backend', async () => {
    change('Pulumi.preview.yaml', { owner: 'fork' })
    for (const words of ['env down pr-1', 'env up pr-1', 'env extend pr-1']) {
      const { output } = await refused(words)
      expect(output).toContain('it belongs to the owner abc1234')
    }
    change('Pulumi.preview.yaml', { owner: 'abc1234' })
  })

  test('nor a plain pulumi up there', async () => {
    cpSync(settings('Pulumi.pr-1.yaml'), settings('kept.yaml'))
    const env = { ...process.env, ...project.environment }
    change('Pulumi.pr-1.yaml', { owner: 'fork' })
    const run = (more: object) =>
      start('pulumi', ['preview', '--non-interactive', '--stack', 'pr-1'], {
        cwd: project.folder,
        env: { ...env, ...more },
      }).done
    const same = await run({})
    expect(same.output.replace(/\s+/g, ' ')).toContain(
      'the stack pr-1 belongs to the owner abc1234 (the key owner), and this checkout is fork',
    )
    await start('pulumi', ['stack', 'init', 'pr-1', '--non-interactive'], {
      cwd: project.folder,
      env: { ...env, ...FORK },
    }).done
    const other = await run(FORK)
    expect(other.output.replace(/\s+/g, ' ')).toContain(
      'padlock-pr-1 in this DigitalOcean account belongs to the owner abc1234 (droplet padlock-pr-1-',
    )
    rmSync(join(sandbox.dir, 'fork'), { recursive: true })
    execFileSync('mkdir', ['-p', join(sandbox.dir, 'fork')])
    cpSync(settings('kept.yaml'), settings('Pulumi.pr-1.yaml'))
  })

  test('the same repository on the wrong backend takes nothing either', async () => {
    const git = (...words: string[]) => execFileSync('git', words, { cwd: project.folder })
    git('init', '--quiet')
    git('remote', 'add', 'origin', 'git@github.com:acme/shop.git')
    change('Pulumi.preview.yaml', { owner: undefined })
    const up = await refused('env up pr-1', FORK)
    expect(up.output).toContain("another owner's")
    expect((await must('env sweep', FORK)).receipts).toEqual([])
    change('Pulumi.preview.yaml', { owner: 'abc1234' })
    rmSync(settings('.git'), { recursive: true })
  })
})

describe('an environment that has expired', () => {
  test("is left where it carries another owner's mark", async () => {
    await remark('pr-1', 'fork', '2026-01-01T00:00Z')
    await sandbox.writes()
    const { decisions } = await must('env sweep')
    expect(decisions).toMatchObject([{ name: 'pr-1', action: 'report' }])
    expect(await sandbox.writes()).toEqual([])
  })

  test('is named and left where it carries none', async () => {
    await remark('pr-1', undefined, '2026-01-01T00:00Z')
    const { output } = await refused('env sweep')
    expect(output).toMatch(/^leave: pr-1 \(\d+ resources without this owner's mark, expired 2026/m)
  })

  test("goes where it carries this owner's, and all that belongs to it with it", async () => {
    await remark('pr-1', 'abc1234', '2026-01-01T00:00Z')
    const { receipts } = await must('env sweep')
    expect(receipts).toMatchObject([{ stack: 'pr-1', left: [] }])
    expect((await sandbox.things()).filter((thing) => thing.includes('pr-1'))).toEqual([])
  })
})
