/** A way in to a host for one run, beside the stack's own firewall. */
import { openProject, type Project } from '../support/project.ts'
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let project: Project
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  project = await openProject(sandbox)
  stack = await openStack(sandbox, 'dev')
  stack.set({ sshFrom: ['192.0.2.0/24'] })
})
afterAll(() => sandbox.stop())

const firewalls = async (): Promise<string[]> =>
  (await sandbox.digitalocean('GET', '/firewalls')).firewalls.map(({ name }: Json) => name).sort()
const access = async () => (await firewalls()).filter((name) => name.includes('.access.'))
const must = async (words: string) => {
  const ran = await project.padlock(words)
  if (ran.code !== 0) throw new Error(`${words}:\n${ran.output}`)
  return ran.output
}

test('a preview warns where sshFrom leaves out who runs it, and says nothing otherwise', async () => {
  const { output } = await stack.run('preview')
  expect(output).toContain('sshFrom (192.0.2.0/24) leaves out 127.0.0.1, the address that this')
  expect(output).toContain("pulumi config set --path 'sshFrom[1]' 127.0.0.1/32")
  const undo = stack.set({ sshFrom: ['192.0.2.0/24', '127.0.0.0/8'] })
  expect((await stack.run('preview')).output).not.toContain('leaves out')
  undo()
})

test('lets a runner in that sshFrom leaves out, for a first update already', async () => {
  const said = await must('access open --stack dev --ttl 30m --label run-7')
  expect(said).toMatch(/^127\.0\.0\.1 may reach port \d+ of dev until .*Z: padlock-dev\.access\./)
  await stack.up()
  expect(await access()).toEqual([
    expect.stringMatching(/^padlock-dev\.access\.\d{8}T\d{4}Z\.abc1234\.run-7$/),
  ])
})

test("the stack's own firewall has not drifted", async () => {
  const { code, output } = await stack.run('refresh --preview-only --expect-no-changes')
  expect([code, output]).toEqual([0, expect.any(String)])
})

test('is gone afterwards, and the door is closed again', async () => {
  expect(await must('access close --stack dev --label run-8')).toContain('nothing was open for dev')
  expect(await access()).toHaveLength(1)
  expect(await must('access close --stack dev --label run-7')).toContain(
    'closed: padlock-dev.access.',
  )
  expect(await access()).toEqual([])
  stack.set({ allowedEmails: ['grace@example.com'] })
  const { code, output } = await stack.run('up --yes --skip-preview', { PADLOCK_SSH_SECONDS: '2' })
  expect(code).not.toBe(0)
  expect(output).toContain('sshFrom must name the network that this runs in')
})

test('a sweep takes what was forgotten once its time is over, and nothing else', async () => {
  await must('access open --stack dev --label run-9')
  const rule = { protocol: 'tcp', ports: '22', sources: { addresses: ['127.0.0.1/32'] } }
  const forgotten = 'padlock-dev.access.20260101T0000Z.abc1234.run-1'
  const others = [
    'padlock-dev.access.20260101T0000Z.fork.run-1',
    'padlock-dev.access.20260101T0000Z.run-1',
  ]
  const stranger = 'other-dev.access.20260101T0000Z.abc1234.run-1'
  for (const name of [forgotten, ...others, stranger]) {
    await sandbox.digitalocean('POST', '/firewalls', {
      name,
      tags: ['padlock-dev'],
      inbound_rules: [rule],
    })
  }
  const sweep = (words: string) => project.launch(words, { PADLOCK_EXCLUSIVE: '' }).done
  const dry = JSON.parse((await sweep('env sweep --dry-run --json')).stdout)
  expect(dry.decisions).toContainEqual({
    name: forgotten,
    action: 'close access',
    reason: 'expired 2026-01-01T00:00Z',
  })
  expect(await access()).toHaveLength(5)
  const { code, output } = await sweep('env sweep')
  expect(code).toBe(1)
  for (const [name, whose] of [
    [others[0], 'of the owner fork'],
    [others[1], 'without an owner'],
  ]) {
    expect(output).toContain(`leave: ${name} (${whose}, expired 2026-01-01T00:00Z)`)
  }
  expect(await access()).toEqual([stranger, ...others, expect.stringMatching(/run-9$/)])
  const closing = await sweep('access close --stack dev --label run-1')
  expect(closing.code).toBe(1)
  expect(closing.output).toMatch(
    /still open: .*\.fork\.run-1 \(.*\), of the owner fork: not touched/,
  )
  expect(await access()).toHaveLength(4)
})

test.each(['open', 'close'])('a stack that is not there is an error for %s', async (verb) => {
  const before = await sandbox.things()
  const { code, output } = await project.padlock(`access ${verb} --stack prodution`)
  expect(code).toBe(1)
  expect(output).toBe('padlock: there is no stack prodution in this backend. Allowed: dev\n')
  expect(await sandbox.things()).toEqual(before)
})
