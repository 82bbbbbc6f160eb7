/** A plan is done as it was reviewed, or refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPlan, type Engine, savePlan } from '../../../ops/plan/plan.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(600_000)
const what = { stack: 'dev', commit: 'c0ffee', by: 'Ada' }
let sandbox: Sandbox
let stack: Stack
let engine: Engine
let folder: string
let said = ''

beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  engine = {
    async capture(args) {
      const { code, stdout, output } = await stack.run(args.join(' '))
      return { code: code ?? 1, stdout, stderr: output }
    },
    async show(args) {
      const { code, output } = await stack.run(args.join(' '))
      said = output
      return code ?? 1
    },
  }
  folder = mkdtempSync(join(tmpdir(), 'padlock-plan-'))
  await savePlan(engine, folder, what)
  expect(await applyPlan(engine, folder, what)).toBe(0)
})
afterAll(async () => {
  delete process.env.PADLOCK_OPERATOR
  delete process.env.PADLOCK_REFRESH
  delete process.env.PADLOCK_PLANNED_AT
  rmSync(folder, { recursive: true, force: true })
  await sandbox.stop()
})

test('a first plan made the whole deployment', async () => {
  expect((await stack.outputs()).url).toMatch(/^https:/)
  expect(await stack.preview()).toEqual([])
})

test('a plan that was done is not done again', async () => {
  await expect(applyPlan(engine, folder, what)).rejects.toThrow(/the stack dev was changed after/)
})

test('a plan whose stack was left alone is done by another person, with its secrets encrypted', async () => {
  const before = stack.set({
    allowedEmails: ['ada@example.com', 'bob@example.com'],
    aliases: { 'www.padlock.localhost': 'redirect' },
  })
  const { madeAt } = await savePlan(engine, folder, { ...what, refresh: '2026-11-27' })
  process.env.PADLOCK_REFRESH = ''
  const plan = readFileSync(join(folder, 'plan.json'), 'utf8')
  const secrets = Object.values(await stack.secrets())
  expect(secrets.length).toBeGreaterThan(5)
  for (const secret of secrets) expect(plan).not.toContain(JSON.stringify(secret).slice(1, -1))
  // Somebody else, who reviewed it.
  process.env.PADLOCK_OPERATOR = 'Bob'
  expect(await applyPlan(engine, folder, what)).toBe(0)
  expect(await stack.preview()).toEqual([])
  // Its certificate is ordered now, which the plan is not held to.
  const { outputs } = (await stack.state()).find(({ type }) => /:AcmeChecklist$/.test(type))
  expect(Object.keys(outputs.ordered)).toEqual(['www.padlock.localhost'])
  expect(outputs.ordered['www.padlock.localhost'] > madeAt).toBe(true)
  before()
})

test('one that was half done goes on, and is not done again afterwards', async () => {
  const before = stack.set({ allowedEmails: ['grace@example.com'] })
  await savePlan(engine, folder, what)
  sandbox.fail('release', 'the app does not answer')
  expect(await applyPlan(engine, folder, what)).not.toBe(0)
  expect(said).toContain('the app does not answer')
  // What was live before it still is.
  expect((await stack.run('preview')).output).toMatch(/live: release [0-9a-f]{12} of commit/)
  sandbox.mend()
  expect(await applyPlan(engine, folder, what)).toBe(0)
  expect(await stack.preview()).toEqual([])
  await expect(applyPlan(engine, folder, what)).rejects.toThrow(/the stack dev was changed after/)
  before()
})

test('one that was half done is refused where the stack has changed since', async () => {
  const before = stack.set({ allowedEmails: ['linus@example.com'] })
  await savePlan(engine, folder, what)
  sandbox.fail('release', 'the app does not answer')
  expect(await applyPlan(engine, folder, what)).not.toBe(0)
  sandbox.mend()
  await stack.up()
  await expect(applyPlan(engine, folder, what)).rejects.toThrow(/the stack dev was changed after/)
  before()
})

test('another commit or stack, an altered file, and a stack that went on are refused', async () => {
  await savePlan(engine, folder, what)
  await sandbox.writes()
  const apply = (other: Partial<typeof what> = {}) =>
    applyPlan(engine, folder, { ...what, ...other })
  await expect(apply({ commit: 'deadbeef' })).rejects.toThrow(
    /made for commit c0ffee, here is deadbeef/,
  )
  await expect(apply({ stack: 'production' })).rejects.toThrow(
    /made for the stack dev, not for production/,
  )
  const path = join(folder, 'plan.json')
  const plan = readFileSync(path, 'utf8')
  writeFileSync(path, plan.replace('dev', 'DEV'))
  await expect(apply()).rejects.toThrow('its file was altered')
  writeFileSync(path, plan)
  expect(await sandbox.writes()).toEqual([])

  await stack.up()
  await expect(apply()).rejects.toThrow(/the stack dev was changed after/)
})

test('what the program wants beyond the plan is not done', async () => {
  await stack.up()
  await savePlan(engine, folder, what)
  const before = stack.set({ size: 's-1vcpu-2gb' })
  await sandbox.writes()
  expect(await applyPlan(engine, folder, what)).not.toBe(0)
  expect(said).toMatch(/violates plan/)
  expect((await sandbox.writes()).filter((line) => !line.startsWith('POST /oauth'))).toEqual([])
  before()
})

describe('what may not be planned', () => {
  const refused = async (settings: Record<string, unknown>) => {
    const undo = stack.set(settings)
    const error = await savePlan(engine, folder, what).catch(({ message }) => message)
    undo()
    return error
  }

  test('a change that a policy stops; the engine says which', async () => {
    expect(await refused({ size: 's-8vcpu-16gb' })).toBe(
      'the preview of dev failed; there is no plan',
    )
    expect(said).toContain('[mandatory]  monthly-cost')
  })

  test('a loss in production without consent', async () => {
    const replaced = { environment: 'Production', protect: undefined, image: '12345' }
    expect(await refused(replaced)).toBe(
      "there is no plan of dev:\nThis would replace the droplet padlock-dev of a protected stack, and what is on its disk with it. If it is meant: pulumi config set --path 'allowReplace[0]' droplet",
    )
    expect(existsSync(join(folder, 'plan.json'))).toBe(false)
    expect(await refused({ ...replaced, allowReplace: ['droplet'] })).toMatchObject(what)
  })
})
