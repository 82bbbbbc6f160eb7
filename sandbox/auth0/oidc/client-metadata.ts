import type { ClientMetadata } from 'oidc-provider'
import type { Client } from '../state.ts'

/** The grants that the simulated tenant serves; others an application may list and not use. */
const GRANTS = ['authorization_code', 'client_credentials']

/**
 * An application in the words of OpenID Connect's client registration. Without callback URLs it
 * has no response type, and any authorization request ends at its redirect URI.
 */
export function clientMetadata(client: Client): ClientMetadata {
  const grants = (client.grant_types ?? []).filter((grant) => GRANTS.includes(grant))
  // Wildcard entries are accepted by the Management API and match nothing here.
  const callbacks = (client.callbacks ?? []).filter((url) => !url.includes('*'))
  const codeFlow = grants.includes('authorization_code') && callbacks.length > 0
  return {
    client_id: client.client_id,
    client_secret: client.client_secret,
    client_name: client.name,
    application_type: client.app_type === 'native' ? 'native' : 'web',
    redirect_uris: callbacks,
    post_logout_redirect_uris: client.allowed_logout_urls ?? [],
    grant_types: grants,
    response_types: codeFlow ? ['code'] : [],
    token_endpoint_auth_method: (client.token_endpoint_auth_method ??
      'client_secret_post') as ClientMetadata['token_endpoint_auth_method'],
    // HS256 is what the API means where an application says nothing.
    id_token_signed_response_alg: (client.jwt_configuration?.alg ??
      'HS256') as ClientMetadata['id_token_signed_response_alg'],
  }
}
