import type { ConfigurationError } from '../../../config/error.ts'
import { waysOut } from '../../../config/outbound.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const IMAGE = `quay.io/oauth2-proxy/oauth2-proxy@sha256:${'a'.repeat(64)}`
const edge = { login: 'edge', edgeImage: IMAGE }
const issuer = {
  provider: 'oidc',
  issuer: 'https://login.example.com',
  clientId: 'site',
  clientSecret: 'hunter2-hunter2',
}
const read = (raw: RawConfig) =>
  parse(
    { ...defaults, ...good, ...raw },
    context({ secretKeys: ['appSecrets', 'appRegistries', 'clientSecret'] }),
  )

function problems(raw: RawConfig): string[] {
  try {
    read(raw)
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

test('a login in front of the app has an application with its own callback', () => {
  const settings = read({ ...edge, publicPaths: ['/healthz', '/webhooks/*'] })
  expect(settings.edge).toEqual({ image: IMAGE, publicPaths: ['/healthz', '/webhooks/*'] })
  expect(settings.identity).toMatchObject({
    callbackPath: '/oauth2/callback',
    loginPath: '/oauth2/start',
  })
  const registry = `registry.example.com:5000/oauth2-proxy@sha256:${'a'.repeat(64)}`
  expect(read({ ...edge, edgeImage: registry }).network.outbound).toEqual(
    waysOut(['https://registry.example.com:5000'], []),
  )
})

test('with an issuer too', () => {
  const { identity, openId, edge: settings } = read({ ...edge, ...issuer })
  expect(identity).toBeUndefined()
  expect(openId?.callbackPath).toBe('/oauth2/callback')
  expect(settings).toEqual({ image: IMAGE, publicPaths: [] })
})

test('without it nothing of it is there', () => {
  expect(read({}).edge).toBeUndefined()
  expect(read({}).identity).toMatchObject({ callbackPath: '/callback', loginPath: '/login' })
})

const PATHS =
  'Allowed: paths of letters, digits and . _ ~ : @ = + , - such as /healthz, or a folder such as /webhooks/*.'
const inFront = (key: string) =>
  `Allowed: only where login is edge.\n    Fix: pulumi config rm ${key}, or pulumi config set login edge`

test.each<[string, RawConfig, string[]]>([
  [
    'no image',
    { login: 'edge' },
    [
      'edgeImage is not set, and login is edge. Allowed: the image of oauth2-proxy 7.15.6 or later by its digest, which docker buildx imagetools inspect quay.io/oauth2-proxy/oauth2-proxy:v7.15.6 prints.\n    Fix: pulumi config set edgeImage quay.io/oauth2-proxy/oauth2-proxy@sha256:DIGEST',
    ],
  ],
  [
    'an image by its tag',
    { login: 'edge', edgeImage: 'quay.io/oauth2-proxy/oauth2-proxy:v7.15.6' },
    [
      'edgeImage = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6" names no digest, so that a later pull could bring another image. Allowed: name@sha256:digest of an image of oauth2-proxy 7.15.6 or later.\n    Fix: pulumi config set edgeImage quay.io/oauth2-proxy/oauth2-proxy@sha256:<64 hex digits>',
    ],
  ],
  [
    'its keys without it',
    { edgeImage: IMAGE, publicPaths: ['/healthz'] },
    [
      `edgeImage is set, but no login stands in front of the app. ${inFront('edgeImage')}`,
      `publicPaths = ["/healthz"] is set, but no login stands in front of the app. ${inFront('publicPaths')}`,
    ],
  ],
  [
    'paths that open more than they say',
    {
      ...edge,
      publicPaths: ['/*', '/', 'healthz', '/a/../b', '/a//b', '/%61', '/a*', '/a/*/b', '/a;b'],
    },
    ['/*', '/', 'healthz', '/a/../b', '/a//b', '/%61', '/a*', '/a/*/b', '/a;b'].map(
      (path, at) =>
        `publicPaths[${at}] = "${path}" is no path that is public by itself. ${PATHS}\n    Fix: pulumi config set --path 'publicPaths[${at}]' '/healthz'`,
    ),
  ],
  [
    'connections whose word counts more than the token',
    { ...edge, verifiedConnections: ['Username-Password-Authentication'] },
    [
      'verifiedConnections = ["Username-Password-Authentication"] would count as verified whatever the token says, and the login in front of the app knows no connections. Allowed: none, where login is edge.\n    Fix: pulumi config rm verifiedConnections, or pulumi config set login app',
    ],
  ],
  [
    'a login over plain http',
    { ...edge, tls: 'off', siteFrom: ['10.0.0.0/8'] },
    [
      'login = "edge" is not none, and tls = "off" would send who logs in, and every session, in plain text. Allowed: none, where tls is off.\n    Fix: pulumi config set tls private, or pulumi config set login none',
    ],
  ],
  [
    'nobody on the lists',
    { ...edge, allowedEmails: [] },
    [
      "allowedEmails = [] and allowedDomains are both empty, so nobody could use the app. Allowed: at least one address or one domain.\n    Fix: pulumi config set --path 'allowedEmails[0]' you@example.com",
    ],
  ],
  [
    'a fourth kind of login',
    { login: 'proxy' },
    [
      'login = "proxy" is neither app nor edge nor none. Allowed: app, edge, none.\n    Fix: pulumi config set login app',
    ],
  ],
])('%s', (_title, raw, messages) => {
  expect(problems(raw)).toEqual(messages)
})
