import { loginRequired } from '../../../policy/rules/login-required.ts'
import { client, connectionClient, judge, type Thing } from './judge.ts'

const identity: Thing[] = [{ type: client }, { type: connectionClient }]
const said = (config: object, resources = identity) => judge(loginRequired, { config, resources })

test.each([
  ['listed addresses', { allowedEmails: ['ada@example.com'] }],
  ['a listed domain', { allowedDomains: ['example.com'] }],
])('a login for %s passes', async (_name, config) => {
  expect(await said(config)).toEqual([])
})

test.each(['oidc', 'google'])(
  'a stack of provider %s has no application of its own',
  async (provider) => {
    const config = { allowedDomains: ['example.com'], provider }
    expect(await said(config, [])).toEqual([])
    expect(await said({ provider }, [])).toEqual([expect.stringContaining('nobody is listed')])
  },
)

test('a stack that is declared public passes without a login', async () => {
  expect(await said({ login: 'none', public: true }, [])).toEqual([])
})

test.each<[string, object, Thing[], string]>([
  [
    'no login and no declaration',
    { login: 'none' },
    [],
    'login is none, and the stack is not declared public. If it is meant: pulumi config set public true',
  ],
  [
    'an empty allow-list',
    {},
    identity,
    "allowedEmails and allowedDomains are both empty, so nobody is listed. Fix: pulumi config set --path 'allowedEmails[0]' you@example.com",
  ],
  [
    'no application',
    { allowedDomains: ['example.com'] },
    [],
    'The stack has no Auth0 application, so nobody is asked to log in.',
  ],
  [
    'no connection',
    { allowedDomains: ['example.com'] },
    [{ type: client }],
    'The Auth0 application has no connection of its own: any of the tenant may open it.',
  ],
])('%s fails', async (_name, config, resources, message) => {
  expect(await said(config, resources)).toEqual([`the stack: ${message}`])
})
