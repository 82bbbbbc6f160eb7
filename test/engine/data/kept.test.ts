/** What becomes of a volume when its stack goes: kept in production, gone with an environment. */
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'live')
  // Not even production, and no zone: the volume alone is protected, as there is no expiry.
  stack.set({ subdomain: 'www', protect: undefined, manageZone: false, volume: 10 })
  await sandbox.digitalocean('POST', '/domains', { name: 'padlock.localhost' })
  await stack.up()
})
afterAll(() => sandbox.stop())

const volumes = async (): Promise<Json[]> => (await sandbox.digitalocean('GET', '/volumes')).volumes

test('a destroy takes nothing, and names the way', async () => {
  const before = await sandbox.things()
  for (const command of ['destroy --yes', 'destroy --yes --skip-preview --continue-on-error']) {
    const { code, output } = await stack.run(command)
    expect(code).not.toBe(0)
    expect(output.replace(/\s+/g, ' ')).toContain(
      'to lift: pulumi config set protect false, then pulumi up',
    )
  }
  expect(await sandbox.things()).toEqual(before)
})

test('the receipt names what was kept', async () => {
  const { code, output } = await project.padlock('env down live')
  expect(code).toBe(1)
  expect(output).toContain('live was not touched')
  expect(output).toMatch(/volume +padlock-live-abc1234 \(/)
})

test('by consent it goes, and the stack stays', async () => {
  stack.set({ allowDelete: ['volume'] })
  await stack.up()
  stack.set({ volume: undefined })
  const { output } = await stack.up()
  expect(output).toContain('Volume padlock-live deleted')
  expect(await volumes()).toEqual([])
  expect(await sandbox.droplets()).toHaveLength(1)
  stack.set({ allowDelete: undefined })
  await stack.up('--expect-no-changes')
})

test('a volume that a lost state left is named with the command that imports it', async () => {
  stack.set({ volume: 10 })
  await stack.up()
  const [{ id }] = await volumes()
  const urns = (await stack.state()).filter(({ type }) => /volume:Volume$/.test(type))
  for (const { urn } of urns) {
    const words = `state delete ${urn} --target-dependents --force --yes`
    expect((await stack.run(words)).code).toBe(0)
  }
  const [message = ''] = await stack.mistakes()
  expect(message).toContain(`volume padlock-live-abc1234 (${id})`)
  // What needs it was forgotten with it: the project.
  const imports = message.match(
    /import \S+ padlock-live \S+ --protect=false --generate-code=false/g,
  )
  expect(imports?.map((words) => words.split(' ')[1])).toEqual([
    'digitalocean:index/project:Project',
    'digitalocean:index/volume:Volume',
  ])
  for (const words of imports ?? []) {
    const { code, output } = await stack.run(`${words} --yes --skip-preview`)
    expect([code, output]).toEqual([0, expect.any(String)])
  }
  await stack.up()
  expect((await volumes()).map((one) => one.id)).toEqual([id])
  await stack.up('--expect-no-changes')
})

test('an environment’s volume goes with it, and the receipt counts it', async () => {
  const given = await sandbox.things()
  const up = await project.padlock('env up pr-1 --ttl 1h --set volume=10')
  expect([up.code, up.output]).toEqual([0, expect.any(String)])
  const { code, stdout } = await project.padlock('env down pr-1 --json')
  expect(code).toBe(0)
  const { removed, left } = JSON.parse(stdout)
  expect(left).toEqual([])
  expect(removed.map(({ kind }: Json) => kind)).toContain('volume')
  expect(await sandbox.things()).toEqual(given)
})
