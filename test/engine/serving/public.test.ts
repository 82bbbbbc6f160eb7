/** A site for everybody: nothing is asked of Auth0, and nothing made there. */
import { type Json, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
const nobody = { AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '', AUTH0_DOMAIN: '' }
let sandbox: Sandbox
let stack: Stack
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  stack.set({ login: 'none', public: true, allowedEmails: [] })
})
afterAll(() => sandbox.stop())

test('comes up without credentials of a tenant, and the probe asks the path of readiness', async () => {
  const { code, output } = await stack.run('up --yes --skip-preview', nobody)
  if (code !== 0) throw new Error(output)
  expect(output).toContain('/readyz answers 200, and nobody has to log in')
  const types = (await stack.state()).map(({ type }: Json) => type)
  expect(types).toContain('digitalocean:index/droplet:Droplet')
  expect(types.filter((type: string) => /auth0/i.test(type))).toEqual([])
  const outputs = await stack.outputs()
  expect(outputs.url).toMatch(/^https:\/\//)
  expect(outputs.clientId).toBeUndefined()
})
