/** The options of a connection: all that the real plugin knows, of which each strategy reads its own. */
import type { Properties, Property } from '../bridge/schema.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { each, fromApi, toApi } from './fields.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)

const TEXTS = words(`
  accessTokenUrl adfsServer appId clientId communityBaseUrl consumerKey consumerSecret destinationUrl
  digestAlgorithm discoveryUrl domain dpopSigningAlg entityId fedMetadataXml fieldsMap from gatewayUrl
  globalTokenRevocationJwtIss globalTokenRevocationJwtSub iconUrl identityApi keyId maxGroupsToRetrieve
  messagingServiceSid metadataUrl metadataXml name pingFederateBaseUrl protocolBinding provider recipientUrl
  requestTemplate requestTokenUrl sessionKey shouldTrustEmailVerifiedConnection signatureAlgorithm signatureMethod
  subject syntax teamId template tenantDomain tokenEndpointAuthMethod tokenEndpointAuthSigningAlg
  tokenEndpointJwtcaAudFormat twilioSid upstreamParams userAuthorizationUrl userIdAttribute waadProtocol`)

const COMPUTED_TEXTS = words(`
  authorizationEndpoint issuer jwksUri passwordPolicy setUserRootAttributes signInEndpoint signOutEndpoint
  signingCert tokenEndpoint type userinfoEndpoint`)

const FLAGS = words(`
  apiEnableGroups apiEnableUsers debug disableCache disableSelfServiceChangePassword disableSignOut disableSignup
  enableScriptContext enabledDatabaseCustomization forwardRequestInfo idTokenSessionExpirySupported importMode
  pkceEnabled realmFallback requiresUsername sendBackChannelNonce signSamlRequest useCertAuth useKerberos
  useOauthSpecScope useWsfed waadCommonEndpoint`)

const COMPUTED_OBJECTS = words(`
  attributeMap connectionSettings federatedConnectionsAccessTokens mfa passkeyOptions passwordComplexityOptions
  passwordDictionary passwordNoPersonalInfo passwordOptions`)

const OBJECTS = words(
  'customPasswordHash decryptionKey gatewayAuthentication idpInitiated signingKey totp validation',
)

/** What each strategy reads back beside what all do; the others as google-oauth2. */
const READ_BY: Record<string, string[]> = {
  auth0: words(`
    passwordPolicy passwordHistories bruteForceProtection disableSignup disableSelfServiceChangePassword
    enabledDatabaseCustomization enableScriptContext importMode requiresUsername strategyVersion realmFallback`),
  'google-oauth2': words('clientId clientSecret scopes allowedAudiences upstreamParams'),
}
const READ_BY_ALL = ['setUserRootAttributes', 'nonPersistentAttrs']

const unknownHere: Property = { type: 'object', unsupported: true }
const emptyMap: Property = { type: 'map', emptyInPlan: true, unsupported: true }

export const optionFields: Properties = {
  ...each(TEXTS, { type: 'string' }),
  ...each(COMPUTED_TEXTS, { type: 'string', computed: true }),
  ...each(FLAGS, { type: 'boolean' }),
  ...each(['bruteForceProtection', 'email', 'mapUserIdToId'], { type: 'boolean', computed: true }),
  ...each(['clientSecret', 'twilioToken'], { type: 'string', secret: true }),
  ...each(['allowedAudiences', 'authenticationMethods', 'domainAliases', 'ips'], {
    type: 'set',
    computed: true,
  }),
  ...each(['nonPersistentAttrs', 'scopes'], { type: 'set', computed: true }),
  ...each(['attributes', 'customHeaders'], {
    type: 'list',
    of: { type: 'object' },
    unsupported: true,
  }),
  ...each(['authParams', 'customScripts', 'scripts'], emptyMap),
  configuration: { ...emptyMap, secret: true },
  ...each(COMPUTED_OBJECTS, { ...unknownHere, computed: true }),
  ...each(OBJECTS, unknownHere),
  ...each(['idTokenSignedResponseAlgs', 'precedences'], { type: 'list', emptyInPlan: true }),
  strategyVersion: { type: 'number', computed: true },
  passwordPolicy: { type: 'string', computed: true, apiName: 'passwordPolicy' },
  enabledDatabaseCustomization: { type: 'boolean', apiName: 'enabledDatabaseCustomization' },
  passwordHistories: {
    type: 'list',
    computed: true,
    apiName: 'password_history',
    of: { type: 'object', fields: { enable: { type: 'boolean' }, size: { type: 'number' } } },
  },
}

/** The options that were given, as the API has them. */
export function optionsToApi(strategy: string, given: Values): Values {
  const { scopes, passwordHistories, ...others } = given
  const body: Values = toApi(optionFields, others)
  if (Array.isArray(passwordHistories)) body.password_history = passwordHistories[0] ?? null
  if (!Array.isArray(scopes)) return body
  if (strategy === 'google-oauth2') for (const scope of scopes) body[String(scope)] = true
  else body.scope = scopes
  return body
}

/** All options from the API's answer; what the strategy does not have is empty. */
export function optionsFromApi(strategy: string, found: Value): Values {
  const json = isObject(found) ? found : {}
  const read = [...(READ_BY[strategy] ?? READ_BY['google-oauth2']!), ...READ_BY_ALL]
  const all = fromApi(optionFields, json)
  const none = fromApi(optionFields, {})
  const options: Values = Object.fromEntries(
    Object.keys(optionFields).map((name) => [
      name,
      (read.includes(name) ? all : none)[name] ?? null,
    ]),
  )
  options.passwordHistories = read.includes('passwordHistories')
    ? [json.password_history ?? []].flat().filter(isObject)
    : []
  options.scopes = read.includes('scopes') ? scopesOf(strategy, json) : []
  return options
}

/** google-oauth2 has a flag for each scope. */
function scopesOf(strategy: string, json: Values): Value {
  if (strategy !== 'google-oauth2') return Array.isArray(json.scope) ? json.scope : []
  return Object.keys(json).filter((name) => json[name] === true && !(name in GOOGLE_FLAGS))
}

/** Flags of google-oauth2 that are no scopes. */
const GOOGLE_FLAGS = { disable_signup: true, brute_force_protection: true, pkce_enabled: true }

/** The options as a function gives them: objects are lists, with names in the plural. */
export function optionsOfFunction(options: Values): Values {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) =>
      optionFields[name]?.type === 'object' ? [plural(name), []] : [name, value],
    ),
  )
}

function plural(name: string): string {
  if (name.endsWith('s')) return name
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`
  return name.endsWith('sh') ? `${name}es` : `${name}s`
}
