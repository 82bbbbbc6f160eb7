/** The policy pack as the engine runs it, on the real program. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventLog, policyFlags } from '../../../ops/engine/policy.ts'
import { violations } from '../../../ops/preview/violations.ts'
import { withoutConsent } from '../../../policy/consent.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const flags = policyFlags().join(' ')
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
})
afterAll(() => sandbox.stop())

test('a preview and an update of the dev stack keep every rule', async () => {
  const preview = await stack.run(`preview ${flags}`)
  expect(preview.code).toBe(0)
  // The droplet's keys are not made yet, and user data holds them.
  expect(preview.output.match(/\[\w+\] {2}[\w-]+/g)).toEqual([
    '[advisory]  no-secret-in-user-data',
    '[advisory]  ssh-keys-only',
  ])
  expect(preview.output).toContain("string value at .userData can't be known during preview")
  const { output } = await stack.up(flags)
  expect(output).toContain('✅ padlock@v0.1.0')
  const again = await stack.run(`preview --expect-no-changes ${flags}`)
  expect(again.output).toContain('✅ padlock@v0.1.0')
  expect(again.code).toBe(0)
})

test('a stack that costs too much fails the preview, which names the rule and the sum', async () => {
  const undo = stack.set({ size: 's-8vcpu-16gb' })
  const { code, output } = await stack.run(`preview ${flags}`)
  undo()
  expect(code).not.toBe(0)
  expect(output).toContain('[mandatory]  monthly-cost')
  expect(output).toContain(
    'It costs $96.00 a month, the limit is $50.00: Droplet padlock-dev $96.00.',
  )
})

test('the event log names the rules where --json does not', async () => {
  const log = join(sandbox.dir, 'events.json')
  const undo = stack.set({ size: 's-8vcpu-16gb' })
  const more = eventLog(log)
  const { code, stdout } = await stack.run(
    `preview --json ${[...more.flags, flags].join(' ')}`,
    more.environment,
  )
  undo()
  expect(code).not.toBe(0)
  expect(stdout).not.toContain('monthly-cost')
  expect(JSON.parse(stdout).steps.length).toBeGreaterThan(0)
  expect(violations(readFileSync(log, 'utf8'))).toEqual([
    {
      rule: 'monthly-cost',
      level: 'mandatory',
      message:
        'The stack stays within what it may cost a month.\nIt costs $96.00 a month, the limit is $50.00: Droplet padlock-dev $96.00. Make it smaller, or raise monthly-cost.limit in policy/settings.json.',
    },
  ])
})

test('a rule that settings make advisory is told of and stops nothing', async () => {
  const settings = join(sandbox.dir, 'settings.json')
  writeFileSync(settings, '{"monthly-cost": {"enforcementLevel": "advisory", "limit": 60}}')
  const undo = stack.set({ size: 's-8vcpu-16gb' })
  const { code, output } = await stack.run(
    `preview --policy-pack policy --policy-pack-config ${settings}`,
  )
  undo()
  expect(output).toContain('[advisory]  monthly-cost')
  expect(output).toContain('the limit is $60.00')
  expect(code).toBe(0)
})

test("a preview's own JSON shows what needs consent in production", async () => {
  const changes = { environment: 'Production', protect: undefined, image: '12345' }
  const judged = async (settings: object) => {
    const undo = stack.set({ ...changes, ...settings })
    const { stdout } = await stack.run('preview --json')
    undo()
    return withoutConsent(JSON.parse(stdout))
  }
  expect(await judged({})).toEqual([
    "This would replace the droplet padlock-dev of a protected stack, and what is on its disk with it. If it is meant: pulumi config set --path 'allowReplace[0]' droplet",
  ])
  expect(await judged({ allowReplace: ['droplet'] })).toEqual([])
})

test('an update that breaks a rule of the configuration makes nothing', async () => {
  const ephemeral = await openStack(sandbox, 'pr-7')
  ephemeral.set({ subdomain: 'pr-7', manageZone: false })
  await sandbox.writes()
  const { code, output } = await ephemeral.run(`up --yes --skip-preview ${flags}`)
  expect(code).not.toBe(0)
  expect(output).toContain('[mandatory]  ephemeral-expiry')
  expect(output).toContain('expires is not set.')
  expect(await sandbox.writes()).toEqual([])
})
