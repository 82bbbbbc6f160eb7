import type { ClientArgs, ClientState } from '@pulumi/auth0/client.js'
import type { Resource } from '../bridge/resource.ts'
import { apiName, type InputsOf, type Properties, type Property } from '../bridge/schema.ts'
import type { Value, Values } from '../server/values.ts'
import { type Auth0, unlessGone } from './api.ts'
import { each, fromApi, oneOf, toApi } from './fields.ts'

const APP_TYPES =
  'native spa regular_web non_interactive resource_server rms box cloudbees concur dropbox mscrm echosign egnyte ' +
  'newrelic office365 salesforce sentry sharepoint slack springcm sso_integration zendesk zoom express_configuration'

const text: Property = { type: 'string' }
const flag: Property = { type: 'boolean' }
const list: Property = { type: 'list' }
const computed = (property: Property): Property => ({ ...property, computed: true })
const unknownHere: Property = { type: 'object', unsupported: true }

const inputs: InputsOf<ClientArgs> = {
  name: text,
  description: { type: 'string', filledIn: 'Managed by Pulumi' },
  appType: { type: 'string', check: oneOf(APP_TYPES.split(' ')) },
  ...each(
    ['allowedClients', 'allowedLogoutUrls', 'allowedOrigins', 'asyncApprovalNotificationChannels'],
    list,
  ),
  ...each(['clientAliases', 'organizationDiscoveryMethods', 'webOrigins'], list),
  ...each(['callbacks', 'grantTypes'], computed(list)),
  oidcBackchannelLogoutUrls: { type: 'set', computed: true },
  clientMetadata: { type: 'map' },
  encryptionKey: { type: 'map', unsupported: true },
  ...each(['complianceLevel', 'crossOriginLoc', 'customLoginPage', 'formTemplate'], text),
  ...each(['initiateLoginUri', 'logoUri', 'resourceServerIdentifier'], text),
  skipNonVerifiableCallbackUriConfirmationPrompt: text,
  ...each(['organizationRequireBehavior', 'organizationUsage'], computed(text)),
  ...each(['redirectionPolicy', 'thirdPartySecurityMode'], computed(text)),
  ...each(['crossOriginAuth', 'requireProofOfPossession', 'sso', 'ssoDisabled'], flag),
  requirePushedAuthorizationRequests: flag,
  ...each(['customLoginPageOn', 'isFirstParty', 'oidcConformant'], computed(flag)),
  isTokenEndpointIpHeaderTrusted: computed(flag),
  jwtConfiguration: {
    type: 'object',
    computed: true,
    fields: {
      alg: { type: 'string', check: oneOf(['HS256', 'RS256', 'PS256']) },
      lifetimeInSeconds: { type: 'number', computed: true },
      scopes: { type: 'map', emptyInPlan: true },
      secretEncoded: computed(flag),
    },
  },
  refreshToken: {
    type: 'object',
    computed: true,
    fields: {
      rotationType: { type: 'string', check: oneOf(['rotating', 'non-rotating']) },
      expirationType: { type: 'string', check: oneOf(['expiring', 'non-expiring']) },
      leeway: { type: 'number' },
      tokenLifetime: { type: 'number', computed: true },
      idleTokenLifetime: { type: 'number', computed: true },
      infiniteTokenLifetime: computed(flag),
      infiniteIdleTokenLifetime: computed(flag),
      policies: { type: 'list', of: { type: 'object' }, unsupported: true },
    },
  },
  defaultOrganization: {
    type: 'object',
    computed: true,
    fields: { disable: flag, flows: list, organizationId: text },
  },
  ...each(['addons', 'fedcmLogin', 'oidcLogout', 'sessionTransfer', 'tokenExchange'], unknownHere),
  tokenQuota: unknownHere,
  ...each(['expressConfiguration', 'mobile', 'nativeSocialLogin'], computed(unknownHere)),
  myOrganizationConfiguration: computed(unknownHere),
}

const outputs = {
  clientId: computed(text),
  ...each(['externalClientId', 'externalMetadataCreatedBy'], computed(text)),
  ...each(['externalMetadataType', 'jwksUri'], computed(text)),
  signingKeys: { type: 'list', computed: true, secret: true } satisfies Property,
}

/** How an unset prompt reads, and no default organization. */
const UNSET = 'null'
const NO_ORGANIZATION = { disable: true, flows: [], organizationId: '' }

const properties: Properties = { ...inputs, ...outputs }

export const client: Resource<Auth0, ClientArgs, ClientState> = {
  token: 'auth0:index/client:Client',
  autonamed: 'name',
  inputs,
  outputs,

  replan(planned, state) {
    const prompt = 'skipNonVerifiableCallbackUriConfirmationPrompt'
    if (planned[prompt] === null && state[prompt] === UNSET) planned[prompt] = UNSET
  },

  async create(api, _wanted, _work, given) {
    const body = { ...toApi(inputs, given), ...authMethod(given.appType) }
    return String((await api.call('POST', '/clients', body)).client_id)
  },

  async read(api, id) {
    const found = await api.get(`/clients/${id}`)
    const prompt = found.skip_non_verifiable_callback_uri_confirmation_prompt
    return {
      ...fromApi(properties, found),
      skipNonVerifiableCallbackUriConfirmationPrompt: String(prompt ?? UNSET),
      encryptionKey: found.encryption_key ?? null,
      ...(!found.default_organization && { defaultOrganization: NO_ORGANIZATION }),
    }
  },

  async update(api, id, { old, given }) {
    const body = toApi(inputs, given)
    // What is left out of a change stays as it is, so what is no longer wanted is cleared by name.
    const cleared = Object.entries(inputs as Properties).filter(
      ([name, { computed }]) => !computed && old[name] && isSet(old[name]) && !(name in given),
    )
    if (cleared.length) {
      const nulls = cleared.map(([name, property]) => [apiName(name, property), null])
      await api.patch(`/clients/${id}`, Object.fromEntries(nulls))
    }
    // Metadata are merged, so of them too (auth0 provider, expandClientMetadata).
    if (body.client_metadata) {
      const gone = Object.keys((old.clientMetadata ?? {}) as Values).map((key) => [key, null])
      body.client_metadata = { ...Object.fromEntries(gone), ...(body.client_metadata as Values) }
    }
    await api.patch(`/clients/${id}`, body)
  },

  async delete(api, id) {
    await unlessGone(api.call('DELETE', `/clients/${id}`))
  },
}

function isSet(value: Value): boolean {
  return value !== UNSET && (typeof value !== 'object' || Object.keys(value ?? {}).length > 0)
}

/** How the new application proves itself: public ones do not. */
function authMethod(appType: Value | undefined): Values {
  if (appType === 'native' || appType === 'spa') return { token_endpoint_auth_method: 'none' }
  const confidential = appType === 'regular_web' || appType === 'non_interactive'
  return confidential ? { token_endpoint_auth_method: 'client_secret_post' } : {}
}
