import * as pulumi from '@pulumi/pulumi'
import { loginOutputs, loginTarget } from '../../../components/open-id.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from '../config/context.ts'
import { value } from './mocks.ts'

const secretKeys = ['clientSecret', 'clientId']
const google = {
  provider: 'google',
  clientId: '1-a.apps.googleusercontent.com',
  clientSecret: 'hush',
}
const place = { url: 'https://dev.example.com' }
const settings = (raw: RawConfig) =>
  parse({ ...defaults, ...good, ...raw }, context({ secretKeys }))
const issuer = {
  authorizationEndpoint: 'https://accounts.google.com/o/auth',
  endSessionEndpoint: undefined,
}

test('what must be entered at the issuer is an output, and a log-out only where there is one', async () => {
  const { clientId, ...shown } = loginOutputs(settings(google), { issuer }, place)
  expect(shown).toEqual({
    issuer: 'https://accounts.google.com',
    callbackUrl: 'https://dev.example.com/auth',
  })
  expect(await value(clientId as pulumi.Output<string>)).toBe(google.clientId)
  expect(await pulumi.isSecret(clientId as pulumi.Output<string>)).toBe(true)
  const endSessionEndpoint = 'https://accounts.example.com/logout'
  const logsOut = { issuer: { ...issuer, endSessionEndpoint } }
  expect(loginOutputs(settings(google), logsOut, place).logoutUrl).toBe('https://dev.example.com/')
})

test('the probe follows the login to where the issuer says that it is', () => {
  expect(loginTarget(settings(google), { issuer })).toEqual({
    issuer: 'https://accounts.google.com/o/auth',
    callback: '/auth',
  })
  expect(loginTarget(settings({ login: 'none', public: true, allowedEmails: [] }), {})).toEqual({})
})
