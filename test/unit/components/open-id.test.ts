import * as pulumi from '@pulumi/pulumi'
import { tellAddresses } from '../../../components/account/issuer.ts'
import {
  addressesOf,
  announced,
  loginOutputs,
  loginTarget,
  unannounced,
} from '../../../components/open-id.ts'
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

const edged = {
  ...{ login: 'edge', provider: 'oidc', issuer: 'https://accounts.example.com' },
  edgeImage: `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'0'.repeat(64)}`,
}
const endSessionEndpoint = 'https://accounts.example.com/logout'

test.each<[string, RawConfig, RegExp]>([
  [
    'the site alone',
    google,
    /must know https:\/\/dev\.example\.com\/auth as a callback and https:\/\/dev\.example\.com\/ as the address after a log-out\.$/,
  ],
  [
    'a name that is made of an address to come',
    { ...google, ...edged, dns: 'none', zone: undefined, subdomain: undefined },
    /must know the output callbackUrl \(pulumi stack output callbackUrl after the first pulumi up\) as a callback and the output logoutUrl \(/,
  ],
  [
    'an alias that serves, and not one that leads on',
    { ...google, aliases: { 'shop.example.com': 'serve', 'www.example.com': 'redirect' } },
    /must know https:\/\/dev\.example\.com\/auth and https:\/\/shop\.example\.com\/auth as callbacks and https:\/\/dev\.example\.com\/ and https:\/\/shop\.example\.com\/ as the addresses after/,
  ],
  [
    'a tunnel behind the login, and not one for everybody',
    { ...google, ...edged, tunnels: ['ada', 'bob'], publicTunnels: ['bob'] },
    /must know https:\/\/dev\.example\.com\/oauth2\/callback and https:\/\/ada\.dev\.example\.com\/oauth2\/callback as callbacks and/,
  ],
])('what the issuer must know is told: %s', async (_, raw, words) => {
  const info = jest.spyOn(pulumi.log, 'info').mockResolvedValue()
  const one = settings(raw)
  await tellAddresses(one.openId!, { ...issuer, endSessionEndpoint }, addressesOf(one))
  expect(info).toHaveBeenCalledWith(expect.stringMatching(words))
  info.mockRestore()
})

describe('a stack that is there', () => {
  const alone = settings(google)
  const more = settings({
    ...google,
    aliases: { 'shop.example.com': 'serve', 'www.example.com': 'redirect' },
  })
  const state = (outputs: object) => [
    { urn: 'urn', type: 'padlock:index:Deployment', outputs: { format: 1, ...outputs } },
  ]
  const known = state({ announced: announced(alone) })

  test('hears of what comes later alone, with the way back from it', () => {
    expect(unannounced(known, alone)).toBeUndefined()
    expect(unannounced(known, more)).toMatchObject({
      callbacks: ['https://shop.example.com/auth'],
      logouts: ['https://shop.example.com/'],
    })
    expect(unannounced(state({ announced: announced(more) }), alone)).toBeUndefined()
  })

  test.each([
    ['has none yet', [], more],
    ['has one that says nothing of it', state({}), more],
    [
      'is of another application',
      known,
      settings({ ...google, clientId: '2-b.apps.googleusercontent.com' }),
    ],
  ])('hears of everything where its state %s', (_, before, one) => {
    expect(unannounced(before, one)?.callbacks).toEqual(addressesOf(one).callbacks)
  })

  test('hears nothing where the stack makes the application, or there is no login', () => {
    expect(unannounced([], settings({}))).toBeUndefined()
    expect(announced(settings({}))).toBeUndefined()
  })
})

test('the probe follows the login to where the issuer says that it is', () => {
  expect(loginTarget(settings(google), { issuer })).toEqual({
    issuer: 'https://accounts.google.com/o/auth',
    callback: '/auth',
  })
  expect(loginTarget(settings({ login: 'none', public: true, allowedEmails: [] }), {})).toEqual({})
})
