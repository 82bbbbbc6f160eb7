/** What an application may consist of (Management API reference, POST and PATCH /clients). */
import { objectSchema, type Schema } from './validation.ts'

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const object: Schema = { type: 'object' }
const texts: Schema = { type: 'array', items: text }
const urls: Schema = { type: 'array', items: { type: 'string', format: 'callback-url' } }
const origins: Schema = { type: 'array', items: { type: 'string', format: 'callback-url' } }

const properties: Record<string, Schema> = {
  name: { type: 'string', minLength: 1, pattern: '^[^<>]+$' },
  description: { type: 'string', maxLength: 140 },
  client_secret: { type: 'string', minLength: 1 },
  app_type: {
    type: 'string',
    enum: [
      'native',
      'spa',
      'regular_web',
      'non_interactive',
      'resource_server',
      'express_configuration',
      'sso_integration',
    ],
  },
  logo_uri: { type: 'string', format: 'absolute-uri-or-empty' },
  callbacks: urls,
  allowed_logout_urls: urls,
  allowed_origins: origins,
  web_origins: origins,
  client_aliases: texts,
  allowed_clients: texts,
  initiate_login_uri: {
    type: 'string',
    format: 'absolute-https-uri-or-empty',
    description: 'Initiate login uri, must be https',
  },
  grant_types: { type: 'array', items: { type: 'string', minLength: 1 } },
  token_endpoint_auth_method: {
    type: 'string',
    enum: ['none', 'client_secret_post', 'client_secret_basic'],
  },
  jwt_configuration: objectSchema({
    lifetime_in_seconds: { type: 'integer', minimum: 1 },
    secret_encoded: flag,
    scopes: object,
    alg: { type: 'string', enum: ['HS256', 'RS256', 'RS512', 'PS256'] },
  }),
  client_metadata: {
    type: 'object',
    maxProperties: 10,
    additionalProperties: { type: ['string', 'null'], maxLength: 255 },
  },
  refresh_token: object,
  cross_origin_loc: { type: 'string', format: 'absolute-uri-or-empty' },
  organization_usage: { type: 'string', enum: ['deny', 'allow', 'require'] },
  organization_require_behavior: {
    type: 'string',
    enum: ['no_prompt', 'pre_login_prompt', 'post_login_prompt'],
  },
  organization_discovery_methods: texts,
  par_request_expiry: { type: 'integer' },
}

for (const name of [
  'is_token_endpoint_ip_header_trusted',
  'is_first_party',
  'oidc_conformant',
  'sso',
  'sso_disabled',
  'cross_origin_authentication',
  'cross_origin_auth',
  'custom_login_page_on',
  'require_pushed_authorization_requests',
  'require_proof_of_possession',
  'skip_non_verifiable_callback_uri_confirmation_prompt',
]) {
  properties[name] = flag
}
for (const name of [
  'custom_login_page',
  'custom_login_page_preview',
  'form_template',
  'compliance_level',
  'resource_server_identifier',
  'third_party_security_mode',
  'redirection_policy',
]) {
  properties[name] = text
}
for (const name of [
  'oidc_logout',
  'oidc_backchannel_logout',
  'session_transfer',
  'encryption_key',
  'addons',
  'mobile',
  'native_social_login',
  'fedcm_login',
  'default_organization',
  'client_authentication_methods',
  'signed_request_object',
  'token_vault_privileged_access',
  'token_exchange',
  'token_quota',
  'identity_assertion_authorization_grant',
  'anonymous_sessions',
  'express_configuration',
  'my_organization_configuration',
  'async_approval_notification_channels',
]) {
  // Accepted and given back, without a meaning in the simulated tenant.
  properties[name] = name === 'async_approval_notification_channels' ? texts : object
}

export const clientSchema = objectSchema(properties, ['name'])
export const clientUpdateSchema = objectSchema(properties)
