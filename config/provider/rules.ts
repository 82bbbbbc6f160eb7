/** What the keys about the provider of the login ask of each other and of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { otherName } from '../values.ts'

const DATABASE = 'Username-Password-Authentication'

/** Names that the deployment gives to the app where the provider is an issuer. */
const OPENID_NAMES = [
  'OIDC_CALLBACK_PATH',
  'OIDC_CLIENT_ID',
  'OIDC_CLIENT_SECRET',
  'OIDC_ISSUER',
  'OIDC_SCOPES',
  'OIDC_SWITCH_PROMPT',
]

const UNMADE: Record<'issuer' | 'clientId' | 'clientSecret' | 'scopes', string> = {
  issuer: 'is set, but with provider = "auth0" the tenant is the issuer',
  clientId: 'is set, but with provider = "auth0" the stack makes the application itself',
  clientSecret: 'is set, but with provider = "auth0" the stack makes the application itself',
  scopes: 'are set, but with provider = "auth0" they are openid, profile and email',
}
const ONLY_ISSUERS = 'only where provider is oidc or google'

const MISSING = {
  issuer: ['the https URL that the issuer calls itself', 'pulumi config set {path} URL'],
  clientId: ['the client id that the issuer shows', 'pulumi config set {path} ID'],
  clientSecret: ['the client secret that the issuer shows', 'pulumi config set --secret {path}'],
} as const

const GOOGLE_CLIENT = message(
  'is not the client id of a Google OAuth client',
  'one that ends in .apps.googleusercontent.com (Google Cloud console, APIs & Services > Credentials, type Web application)',
  'pulumi config set {path} NUMBER-LETTERS.apps.googleusercontent.com',
)
const NEEDED_SCOPES = message(
  'lack openid or email, without which nobody can be found on the lists',
  'a list with openid and email, or an empty one for openid, email and profile',
  'pulumi config rm {path}',
)
const NOBODY_LOGS_IN = message(
  'is set, but nobody logs in where login is none',
  'auth0, where login is none',
  'pulumi config rm {path}, or pulumi config set login app',
)

/** What is said of keys that are about an Auth0 tenant. */
const beside = (provider: string, wrong: string) =>
  message(`${wrong}, and provider is ${provider}`, 'only where provider is auth0', REMOVE)
const REMOVE = 'pulumi config rm {path}'

/** An issuer needs its application; Auth0 needs none, and an issuer none of a tenant's keys. */
export function providerFits(values: Values, report: Report): void {
  const { provider, login } = values
  if (provider !== 'oidc' && provider !== 'google') {
    for (const [name, wrong] of Object.entries(UNMADE)) {
      const value = values[name as keyof typeof UNMADE]
      if (value?.length > 0)
        report(name, message(wrong, ONLY_ISSUERS, `${REMOVE}, or pulumi config set provider oidc`))
    }
    return
  }
  if (login === 'none') {
    report('provider', NOBODY_LOGS_IN, { show: true })
    return
  }
  for (const [name, [allowed, fix]] of Object.entries(MISSING)) {
    const isKnown = name === 'issuer' && provider === 'google'
    if (values[name as keyof typeof MISSING] === '' && !isKnown)
      report(name, message(`is not set, and provider is ${provider}`, allowed, fix))
  }
  const { scopes } = values
  if (Array.isArray(scopes) && scopes.length > 0) {
    const lacks = ['openid', 'email'].some((one) => !scopes.includes(one))
    if (lacks) report('scopes', NEEDED_SCOPES, { show: true })
  }
  ofTheTenant(values, report)
  if (login === 'app') namesOfTheApp(values, report)
  if (provider === 'google') google(values, report)
}

function ofTheTenant(values: Values, report: Report): void {
  const { provider, signUp, connections, verifiedConnections, auth0CustomDomain } = values
  const domain = beside(provider, 'is the custom domain of an Auth0 tenant')
  const names = beside(provider, 'names connections of an Auth0 tenant')
  if (auth0CustomDomain) report('auth0CustomDomain', domain, { show: true })
  const isOther = Array.isArray(connections) && connections.some((name) => name !== DATABASE)
  if (isOther) report('connections', names, { show: true })
  if (verifiedConnections?.length > 0) report('verifiedConnections', names, { show: true })
  if (signUp !== 'closed') return
  const wrong = `cannot be kept with provider = "${provider}": who makes accounts there is the issuer's own affair`
  const allowed = 'open, or nothing, where provider is oidc or google'
  report('signUp', message(wrong, allowed, REMOVE), { show: true })
}

function namesOfTheApp({ appEnv, appSecrets }: Values, report: Report): void {
  const taken = otherName(OPENID_NAMES)('is set by the deployment itself')
  for (const [key, names] of Object.entries({ appEnv, appSecrets })) {
    for (const name of OPENID_NAMES) {
      if (Object.hasOwn(names ?? {}, name)) report(key, taken, { name })
    }
  }
}

function google(values: Values, report: Report): void {
  const { clientId } = values
  const isGoogles = /^\d+(-[a-z0-9]+)?\.apps\.googleusercontent\.com$/.test(clientId)
  if (clientId !== '' && !isGoogles) report('clientId', GOOGLE_CLIENT, { show: true })
}
