/** The releases on a host, and the way back to one of them. */
import { openProject, type Project } from './support/project.ts'
import { type Json, type Sandbox, startSandbox } from './support/sandbox.ts'
import { openStack, type Stack } from './support/stack.ts'

jest.setTimeout(300_000)
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

test('a host that cannot be reached, and a stack that is not there, are named', async () => {
  const [droplet] = await sandbox.droplets()
  const power = (type: string) =>
    sandbox.digitalocean('POST', `/droplets/${droplet.id}/actions`, { type })
  await power('power_off')
  const away = await project.padlock('releases --stack dev')
  expect([away.code, away.output]).toEqual([
    1,
    expect.stringContaining('the host of dev cannot be reached; README, "Locked out"'),
  ])
  await power('power_on')
  const none = await project.padlock('releases --stack none')
  expect([none.code, none.output]).toEqual([1, expect.stringContaining("no stack named 'none'")])
  expect((await project.padlock('releases --stock dev')).code).toBe(2)
})
