/** What keeps a production droplet from a plain `pulumi up` or `pulumi destroy`. */
import { withoutConsent } from '../../../policy/consent.ts'
import { type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

test('a production droplet goes only with a consent that names it', async () => {
  const stack = await openStack(sandbox, 'live')
  const production = { environment: 'Production', subdomain: 'live', protect: undefined }
  stack.set(production)
  await stack.up()
  const [droplet] = await sandbox.droplets()
  await sandbox.writes()

  stack.set({ image: '12345' })
  const { stdout } = await stack.run('preview --json')
  expect(withoutConsent(JSON.parse(stdout))).toEqual([
    "This would replace the droplet padlock-live of a protected stack, and what is on its disk with it. If it is meant: pulumi config set --path 'allowReplace[0]' droplet",
  ])
  const replaced = await stack.run('up --yes --skip-preview')
  expect(replaced.output).toMatch(/unable to replace resource "\S+Droplet::padlock-live"/)
  expect(replaced.code).not.toBe(0)
  const guarded = /Guard::padlock-live \(to lift: .*\)" cannot be deleted/
  const destroyed = await stack.run('destroy --yes --skip-preview')
  expect(destroyed.output).toMatch(guarded)
  expect(destroyed.code).not.toBe(0)
  expect(await sandbox.writes()).toEqual([])

  stack.set({ allowReplace: ['droplet'] })
  await stack.up()
  const after = await sandbox.droplets()
  expect(after).toHaveLength(1)
  expect(after[0].id).not.toBe(droplet.id)

  // The consent was to the droplet alone.
  const kept = await stack.run('destroy --yes --skip-preview')
  expect(kept.output).toMatch(guarded)
  expect(kept.code).not.toBe(0)
  expect(await sandbox.droplets()).toHaveLength(1)

  stack.set({ protect: 'false' })
  await stack.up()
  const { code } = await stack.run('destroy --yes --skip-preview')
  expect(code).toBe(0)
  expect(await sandbox.things()).toEqual([])
})
