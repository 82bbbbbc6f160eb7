/** The releases on a host, and the way back to one of them. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { brief, openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
const ids: string[] = []

/** An update by that person, which makes a release. */
async function release(by: string, allowed: string): Promise<void> {
  stack.set({ allowedEmails: [allowed] })
  const { code, output } = await stack.run('up --yes --skip-preview', { PADLOCK_OPERATOR: by })
  if (code !== 0) throw new Error(output)
  ids.push((await stack.outputs()).release ?? '')
}

async function listed(): Promise<Json[]> {
  const { code, stdout, output } = await project.padlock('releases --stack dev --json')
  if (code !== 0) throw new Error(output)
  return JSON.parse(stdout)
}

/** The manifest of the release that serves. */
async function serving(): Promise<Json> {
  const [droplet] = await sandbox.droplets()
  return JSON.parse(sandbox.hostFile(droplet.id, 'release.json'))
}

/** The image of a release, as the host names it. */
async function imageOf(release: string): Promise<string> {
  const [droplet] = await sandbox.droplets()
  const path = join(sandbox.dir, 'machines', `${droplet.id}`, 'var/lib/padlock/releases.json')
  const entries: Json[] = JSON.parse(readFileSync(path, 'utf8'))
  return entries.find(({ id }) => id === release).image
}

beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  for (const by of ['Ada', 'Bob']) await release(by, `${by.toLowerCase()}@example.com`)
})
afterAll(() => sandbox.stop())

test('lists what is on the host: when, of which commit, by whom, and what serves', async () => {
  expect(await listed()).toEqual(
    [
      { release: ids[1], by: 'Bob', state: 'live' },
      { release: ids[0], by: 'Ada', state: 'kept' },
    ].map((one) => ({
      ...one,
      when: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      commit: expect.stringMatching(/^([0-9a-f]{40}(-dirty)?|unknown)$/),
      rolledBack: null,
    })),
  )
  const { stdout } = await project.padlock('releases --stack dev')
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(/^RELEASE +RELEASED +COMMIT +BY +STATE$/)
  expect(lines[1]).toMatch(RegExp(`^${ids[1]}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\dZ  .* Bob  live$`))
})

test("nobody's name makes a release of what did not change", async () => {
  const { code, output } = await stack.run('preview --expect-no-changes', {
    PADLOCK_OPERATOR: 'Eve',
  })
  expect([code, output]).toEqual([0, expect.stringContaining(`live: release ${ids[1]}`)])
})

test('logs are one stream, which can be followed and ends with who listens', async () => {
  const told = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ release {10}ready: done after/m
  const { code, stdout } = await project.padlock('logs --stack dev --lines 50')
  expect([code, stdout]).toEqual([0, expect.stringMatching(told)])
  const following = project.launch('logs -f --stack dev --lines 1')
  await new Promise((done) => following.process.stdout?.once('data', done))
  following.process.kill('SIGINT')
  expect((await following.done).code).toBe(0)
  expect((await project.padlock('logs --stack dev --lines many')).code).toBe(2)
})

/** What the state says of the release. */
async function told(): Promise<Json[]> {
  const state = await stack.state()
  return state
    .filter(({ urn }: Json) => urn.includes('padlock:index:Release'))
    .map(({ urn, taint = false, inputs, outputs }: Json) => ({
      urn,
      taint,
      command: inputs?.create,
      live: urn.includes('Live') && outputs,
    }))
}

/** Fails, says why, and leaves state and host as they were. */
async function refused(words: string, message: string | RegExp): Promise<void> {
  const before = [await told(), await serving(), await listed()]
  const { code, output } = await project.padlock(words)
  expect([code, output]).toEqual([1, expect.stringMatching(message)])
  expect([await told(), await serving(), await listed()]).toEqual(before)
}

test.each<[string, string, string | undefined, RegExp]>([
  ['one that is not there', 'eeeeeeeeeeee', undefined, /there is no release e{12} on this host/],
  ['one whose image is gone', '', 'images.gone', /the image of release .* is not there any more/],
  ['one that does not become ready', '', 'unready', /is not up; release .* goes on serving/],
])('a rollback to %s changes nothing', async (_, asked, trouble, message) => {
  const path = join(sandbox.dir, 'machines/trouble', trouble ?? 'nothing')
  writeFileSync(path, trouble === 'unready' ? (ids[0] ?? '') : await imageOf(ids[0] ?? ''))
  await refused(`rollback ${asked || ids[0]} --stack dev`, message).finally(() => rmSync(path))
})

test('a rollback to the live one, and one during an update, change nothing', async () => {
  await refused(`rollback ${ids[1]} --stack dev`, `release ${ids[1]} is live already`)
  const locks = join(sandbox.dir, 'state/.pulumi/locks/organization/padlock/dev')
  mkdirSync(locks, { recursive: true })
  const lock = {
    pid: process.pid,
    username: 'bob',
    hostname: 'ci',
    timestamp: '2026-11-28T09:00:00Z',
  }
  writeFileSync(join(locks, 'other.json'), JSON.stringify(lock))
  const file = join(locks, 'other.json')
  await refused('rollback --stack dev', /the state of dev: .*locked/s).finally(() => rmSync(file))
  expect((await project.padlock('rollback HEAD --stack dev')).code).toBe(2)
})

test('a rollback puts the release before in its place, and the state names it', async () => {
  const { code, output } = await project.launch('rollback --stack dev', { PADLOCK_OPERATOR: 'Eve' })
    .done
  if (code !== 0) throw new Error(output)
  expect(output).toMatch(RegExp(`^release ${ids[0]} of commit \\S+ serves, after`))
  expect(output).toContain(`brings release ${ids[1]} of the state back`)
  expect(await serving()).toMatchObject({ id: ids[0], env: { ALLOWED_EMAILS: 'ada@example.com' } })
  expect(await listed()).toMatchObject([
    { release: ids[1], by: 'Bob', state: 'kept' },
    { release: ids[0], by: 'Ada', state: 'live', rolledBack: { by: 'Eve' } },
  ])
  const preview = await stack.run('preview')
  expect(preview.output).toContain(`live: release ${ids[0]} of commit`)
  expect(brief(await stack.preview())).toEqual(['replace remote:Command padlock-dev'])
})

test('the report of a preview says what comes back', async () => {
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  const { code, output } = await project.padlock('preview --stack dev')
  const headline = `dev: Release ${ids[1]} comes back after a rollback, no downtime`
  expect([code, output]).toEqual([0, expect.stringContaining(headline)])
})

test('an update brings the release of the state back, and then there is nothing to do', async () => {
  await stack.up()
  expect(await serving()).toMatchObject({ id: ids[1] })
  expect((await listed())[0]).toMatchObject({ release: ids[1], state: 'live', rolledBack: null })
  expect(await stack.preview()).toEqual([])
})

test('a rollback forth again takes the mark off the state', async () => {
  for (const id of [ids[0], ids[1]]) {
    const { code, output } = await project.padlock(`rollback ${id} --stack dev`)
    if (code !== 0) throw new Error(output)
  }
  expect(await stack.preview()).toEqual([])
  expect((await stack.run('preview')).output).toContain(`live: release ${ids[1]} of commit`)
})

test('one whose state could not be told is made up for', async () => {
  const before = await stack.run('stack export')
  const { code } = await project.padlock(`rollback ${ids[0]} --stack dev`)
  const file = join(sandbox.dir, 'before.json')
  writeFileSync(file, before.stdout)
  await stack.run(`stack import --file ${file}`)
  const again = await project.padlock(`rollback ${ids[0]} --stack dev`)
  expect([code, again.code, again.output]).toEqual([
    0,
    0,
    expect.stringContaining('was live already'),
  ])
  expect((await stack.run('preview')).output).toContain(`live: release ${ids[0]} of commit`)
  await refused(`rollback ${ids[0]} --stack dev`, `release ${ids[0]} is live already`)
})

test('a refresh is a release of the same app, and stays one', async () => {
  const before = (await stack.outputs()).release
  const base = { name: 'docker.io/library/python:3.13', digest: `sha256:${'b'.repeat(64)}` }
  const made = { built: '2026-11-21T09:00:00Z', base: { ...base, created: '2026-01-02T03:04:05Z' } }
  writeFileSync(join(sandbox.dir, 'machines/trouble/image.json'), JSON.stringify(made))
  const refresh = { PADLOCK_REFRESH: '2026-01-21' }
  expect((await stack.run('up --yes --skip-preview', refresh)).code).toBe(0)
  const { release } = await stack.outputs()
  expect(release).not.toBe(before)
  expect(await serving()).toMatchObject({ id: release, source: { refreshed: '2026-01-21' } })
  expect(await stack.preview()).toEqual([])
  const { output } = await project.padlock('status --stack dev')
  expect(output).toContain(`  base         ${base.name}@${base.digest}, made 2026-01-02 (`)
  expect(output).toContain('  refreshed    2026-01-21')
  copyFileSync(stack.configFile, join(project.folder, 'Pulumi.dev.yaml'))
  const preview = await project.padlock('preview --stack dev')
  expect([preview.code, preview.output]).toEqual([0, expect.stringContaining('image-age')])
  const yes = await stack.run('preview', { PADLOCK_REFRESH: 'yes' })
  expect(yes.output).toContain('PADLOCK_REFRESH is "yes", which is neither true nor a day')
})

test('another number of replicas is a change in place of the live release; too many are refused', async () => {
  const { release } = await stack.outputs()
  const fewer = stack.set({ replicas: 16 })
  const { code, output } = await stack.run('preview')
  expect(code).not.toBe(0)
  expect(output).toMatch(/replicas = 16 of appMemoryMiB = \d+ need \d+ MiB .*has \d+ MiB/)
  fewer()
  const undo = stack.set({ replicas: 2 })
  await stack.up()
  expect((await stack.outputs()).release).toBe(release)
  expect(await serving()).toMatchObject({ id: release, replicas: 2 })
  const [live] = (await listed()).filter(({ state }) => state === 'live')
  // Nothing runs on this host.
  expect(live).toMatchObject({ release, replicas: { wanted: 2, running: 0 } })
  undo()
})

test('a releaseCommand that fails refuses the release with what it said; one that ran stands in the way back', async () => {
  const trouble = join(sandbox.dir, 'machines/trouble/command.fails')
  const before = await serving()
  stack.set({ releaseCommand: 'python manage.py migrate', releaseSeconds: 60 })
  writeFileSync(trouble, 'no such column: price\n')
  const failed = await stack.run('up --yes --skip-preview')
  rmSync(trouble)
  expect(failed.code).not.toBe(0)
  expect(failed.output).toContain('releaseCommand failed with exit 3')
  expect(failed.output).toMatch(
    RegExp(`release ${before.id} goes on serving. The end of its log:\\s+no such column: price`),
  )
  expect(await serving()).toEqual(before)

  await stack.up()
  const { id, releaseCommand } = await serving()
  expect(releaseCommand).toEqual({ command: 'python manage.py migrate', seconds: 60 })
  const refusal = `the releaseCommand of ${id} has run since release ${before.id} was made`
  await refused(`rollback ${before.id} --stack dev`, refusal)
  const words = `rollback ${before.id} --stack dev --schema-compatible`
  const { code, output } = await project.padlock(words)
  expect([code, output]).toEqual([0, expect.stringContaining(`release ${before.id} of commit`)])
})

test('a host that cannot be reached, and a stack that is not there, are named', async () => {
  const [droplet] = await sandbox.droplets()
  const power = (type: string) =>
    sandbox.digitalocean('POST', `/droplets/${droplet.id}/actions`, { type })
  await power('power_off')
  const state = stack.stateFile()
  for (const verb of ['releases', 'rollback', 'logs']) {
    const away = await project.padlock(`${verb} --stack dev`)
    expect([away.code, away.output]).toEqual([
      1,
      expect.stringContaining('the host of dev cannot be reached; README, "Locked out"'),
    ])
  }
  expect(stack.stateFile()).toBe(state)
  await power('power_on')
  const none = await project.padlock('releases --stack none')
  expect([none.code, none.output]).toEqual([1, expect.stringContaining("no stack named 'none'")])
  expect((await project.padlock('releases --stock dev')).code).toBe(2)
})

test('a program of the host that is killed is told as that, and not as a host that is away', async () => {
  const trouble = join(sandbox.dir, 'machines/trouble/releases.kill')
  writeFileSync(trouble, '')
  const { code, output } = await project.padlock('releases --stack dev')
  rmSync(trouble)
  expect([code, output]).toEqual([
    1,
    expect.stringContaining('releases on the host of dev was ended by SIGKILL, as the kernel does'),
  ])
  expect(output).not.toContain('Locked out')
})
