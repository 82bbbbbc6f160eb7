/** The tenant's own settings and its custom domain. */
import { createHash } from 'node:crypto'
import { limitReached, notFound } from './errors.ts'
import { applyPatch, checkpoint, selectFields } from './lists.ts'
import type { Route, Tenant } from './route.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const hours: Schema = { type: 'number', minimum: 1 }
const text: Schema = { type: 'string' }
const object: Schema = { type: 'object' }
const flag: Schema = { type: 'boolean' }

const settingsSchema = objectSchema({
  friendly_name: text,
  picture_url: { type: 'string', format: 'absolute-uri-or-empty' },
  support_email: text,
  support_url: { type: 'string', format: 'absolute-uri-or-empty' },
  allowed_logout_urls: { type: 'array', items: { type: 'string', format: 'callback-url' } },
  session_lifetime: hours,
  idle_session_lifetime: hours,
  ephemeral_session_lifetime: hours,
  idle_ephemeral_session_lifetime: hours,
  session_lifetime_in_minutes: hours,
  idle_session_lifetime_in_minutes: hours,
  sandbox_version: text,
  legacy_sandbox_version: text,
  default_audience: text,
  default_directory: text,
  default_redirection_uri: { type: 'string', format: 'absolute-https-uri-or-empty' },
  enabled_locales: { type: 'array', items: text },
  acr_values_supported: { type: 'array', items: text },
  flags: object,
  change_password: object,
  device_flow: object,
  guardian_mfa_page: object,
  error_page: object,
  default_token_quota: object,
  session_cookie: object,
  sessions: object,
  oidc_logout: object,
  mtls: object,
  security_headers: object,
  country_codes: object,
  customize_mfa_in_postlogin_action: flag,
  allow_organization_name_in_authentication_api: flag,
  pushed_authorization_requests_supported: flag,
  authorization_response_iss_parameter_supported: flag,
  skip_non_verifiable_callback_uri_confirmation_prompt: flag,
  client_id_metadata_document_supported: flag,
  phone_consolidated_experience: flag,
  enable_ai_guide: flag,
  resource_parameter_profile: text,
  dynamic_client_registration_security_mode: text,
})

function customDomain(tenant: Tenant) {
  const digest = createHash('sha256').update('custom-domain').digest('base64url')
  return {
    custom_domain_id: `cd_${digest.replace(/[^a-zA-Z0-9]/g, '').slice(0, 16)}`,
    domain: tenant.customDomain,
    primary: true,
    is_default: true,
    status: 'ready',
    type: 'auth0_managed_certs',
    origin_domain_name: tenant.domain,
    verification: {
      methods: [{ name: 'CNAME', record: tenant.domain, domain: tenant.customDomain }],
    },
    tls_policy: 'recommended',
  }
}

function existingDomain(tenant: Tenant, id: string | undefined) {
  const domain = customDomain(tenant)
  if (id !== 'default' && id !== domain.custom_domain_id) throw notFound('custom domain')
  return domain
}

export const tenantRoutes: Route[] = [
  {
    method: 'GET',
    path: '/tenants/settings',
    scopes: ['read:tenant_settings'],
    handle: ({ tenant, query }) => ({
      status: 200,
      body: selectFields(tenant.state.settings, query),
    }),
  },
  {
    method: 'PATCH',
    path: '/tenants/settings',
    scopes: ['update:tenant_settings'],
    handle({ tenant, body }) {
      validateBody(body, settingsSchema, { nullDeletes: true })
      applyPatch(tenant.state.settings, body as Record<string, unknown>, ['flags'])
      return { status: 200, body: tenant.state.settings }
    },
  },
  {
    method: 'GET',
    path: '/custom-domains',
    scopes: ['read:custom_domains'],
    handle({ tenant, query }) {
      const domains = [customDomain(tenant)]
      const body = query.take ? checkpoint('custom_domains', domains, query) : domains
      return { status: 200, body }
    },
  },
  {
    method: 'GET',
    path: '/custom-domains/:id',
    scopes: ['read:custom_domains'],
    handle: ({ tenant, params }) => ({ status: 200, body: existingDomain(tenant, params.id) }),
  },
  {
    // A certificate for another name would be the sandbox's task: there is this one domain.
    method: 'POST',
    path: '/custom-domains',
    scopes: ['create:custom_domains'],
    handle() {
      throw limitReached()
    },
  },
]
