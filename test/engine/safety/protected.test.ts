/** A destroy of what is protected touches nothing, and a zone is not lost by a key that is turned off. */
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
  stack = await openStack(sandbox, 'live')
  // Not even production: the zone alone is protected, as there is no expiry.
  stack.set({ subdomain: 'www', protect: undefined })
  await stack.up()
})
afterAll(() => sandbox.stop())

/** The site as a visitor sees it. */
async function answers(): Promise<void> {
  const { url, ip, issuer } = await stack.outputs()
  const { http } = sandbox.file.ports
  const { code, output } = await project.padlock(
    `probe ${url} --address ${ip} --http-port ${http} --issuer ${issuer} --seconds 5`,
  )
  expect([code, output]).toEqual([0, expect.any(String)])
}

/** What must fail before anything of the stack has gone; the words in one line. */
async function refused(run: () => Promise<{ code: number | null; output: string }>) {
  const before = await sandbox.things()
  // The engine adds and drops entries for plugins as it likes.
  const urns = async () =>
    (await stack.state())
      .map(({ urn }) => urn)
      .filter((urn) => !/pulumi:providers:/.test(urn))
      .sort()
  const state = await urns()
  await sandbox.writes()
  const { code, output } = await run()
  expect([code, output]).not.toEqual([0, output])
  expect(await sandbox.writes()).toEqual([])
  expect(await sandbox.things()).toEqual(before)
  expect(await urns()).toEqual(state)
  await answers()
  return output.replace(/\s+/g, ' ')
}

test('the guard needs all of the stack, so no destroy takes anything before it', async () => {
  const state = await stack.state()
  const needs = ({ parent, dependencies = [] }: Json): string[] => [
    ...(parent ? [parent] : []),
    ...dependencies,
  ]
  const needed = new Set<string>()
  const visit = (urn: string) => {
    if (needed.has(urn)) return
    needed.add(urn)
    for (const one of needs(state.find((each) => each.urn === urn))) visit(one)
  }
  visit(state.find(({ type }) => type === 'padlock:index:Guard').urn)
  const left = state.filter(({ urn, type }) => !needed.has(urn) && !/^pulumi:prov/.test(type))
  expect(left.map(({ urn }) => urn)).toEqual([])
})

const LIFT = 'to lift: pulumi config set protect false, then pulumi up'

describe('where the zone alone is protected', () => {
  test.each([
    'destroy --yes',
    'destroy --yes --skip-preview',
    'destroy --yes --skip-preview --refresh --continue-on-error',
  ])('pulumi %s takes nothing, and its message names the way', async (command) => {
    expect(await refused(() => stack.run(command))).toContain(LIFT)
  })

  test('env down takes nothing either, with a receipt that says why', async () => {
    const output = await refused(() => project.padlock('env down live'))
    expect(output).toContain('live was not touched: it is protected (')
    expect(output).toContain(
      'To lift that: pulumi config set protect false --stack live && pulumi up --stack live',
    )
    expect(output).toContain('domain padlock.localhost')
  })

  test('manageZone turned off: both ways on, and nothing happens', async () => {
    const undo = stack.set({ manageZone: false })
    for (const command of ['preview', 'up --yes --skip-preview']) {
      const output = await refused(() => stack.run(command))
      expect(output).toContain('manageZone is off, but this stack has the zone padlock.localhost')
      expect(output).toContain('the stack goes on with it: pulumi config set manageZone true')
    }
    undo()
  })

  test('a zone that others are to serve is let go of by commands that are not refused themselves', async () => {
    const undo = stack.set({ manageZone: false, dns: 'external' })
    const output = await refused(() => stack.run('preview'))
    undo()
    expect(output).toContain(
      'goes on with it: pulumi config set dns digitalocean && pulumi config set manageZone true',
    )
    expect(output).toContain('then pulumi config rm keepZone && pulumi config set dns external &&')
  })
})

test('a production droplet, too', async () => {
  stack.set({ environment: 'Production' })
  await stack.up()
  const command = 'destroy --yes --skip-preview --continue-on-error'
  expect(await refused(() => stack.run(command))).toContain(LIFT)
  stack.set({ environment: undefined })
})

test('the zone stays, with the others’ records, where it is handed over', async () => {
  await sandbox.digitalocean('POST', '/domains/padlock.localhost/records', {
    ...{ type: 'A', name: 'mail', data: '192.0.2.1', ttl: 300 },
  })
  stack.set({ keepZone: true })
  await stack.up()
  stack.set({ manageZone: false })
  await stack.up()
  const types = (await stack.state()).map(({ type }) => type)
  expect(types).not.toContain('digitalocean:index/domain:Domain')
  expect(await sandbox.things()).toContain('domain padlock.localhost')
  await answers()
  await stack.up('--expect-no-changes')
})

test('once it is lifted a destroy takes all of the stack, and no more', async () => {
  stack.set({ protect: 'false' })
  await stack.up()
  const { code, output } = await stack.run('destroy --yes --skip-preview')
  if (code !== 0) throw new Error(output)
  expect(await sandbox.things()).toEqual([
    'domain padlock.localhost',
    'domain_record mail.padlock.localhost A 192.0.2.1',
  ])
})
