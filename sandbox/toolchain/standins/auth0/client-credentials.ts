import type {
  ClientCredentialsArgs,
  ClientCredentialsState,
} from '@pulumi/auth0/clientCredentials.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import type { Auth0 } from './api.ts'
import { each, oneOf } from './fields.ts'

const METHODS = [
  'none',
  'client_secret_post',
  'client_secret_basic',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
]

const unknownHere: Property = { type: 'object', unsupported: true }

export const clientCredentials: Resource<Auth0, ClientCredentialsArgs, ClientCredentialsState> = {
  token: 'auth0:index/clientCredentials:ClientCredentials',
  schemaVersion: 1,
  inputs: {
    clientId: { type: 'string', required: true, replaces: true },
    authenticationMethod: { type: 'string', computed: true, check: oneOf(METHODS) },
    clientSecret: { type: 'string', computed: true, secret: true },
    clientSecretWo: { type: 'string', secret: true, writeOnly: true },
    clientSecretWoVersion: { type: 'number' },
    ...each(['privateKeyJwt', 'selfSignedTlsClientAuth'], unknownHere),
    ...each(['signedRequestObject', 'tlsClientAuth'], unknownHere),
  },
  outputs: {},

  async create(api, { clientId }) {
    await api.get(`/clients/${clientId}?fields=client_id&include_fields=true`)
    return String(clientId)
  },

  async ready(api, id, _wanted, _work, given) {
    const { authenticationMethod: method, clientSecret, clientSecretWo } = given
    if (method) await api.patch(`/clients/${id}`, { token_endpoint_auth_method: method })
    const secret = clientSecret ?? clientSecretWo
    if (secret) await api.patch(`/clients/${id}`, { client_secret: secret })
  },

  async read(api, id) {
    const found = await api.get(`/clients/${id}`)
    return {
      clientId: found.client_id!,
      authenticationMethod: found.token_endpoint_auth_method ?? '',
      clientSecret: found.client_secret ?? '',
    }
  },

  async update(api, id, { given, changes }) {
    await api.get(`/clients/${id}?fields=client_id&include_fields=true`)
    const { authenticationMethod: method, clientSecret, clientSecretWo } = given
    if (method && changes('authenticationMethod')) {
      await api.patch(`/clients/${id}`, { token_endpoint_auth_method: method })
    }
    if (clientSecret && changes('clientSecret')) {
      await api.patch(`/clients/${id}`, { client_secret: clientSecret })
    }
    if (clientSecretWo && changes('clientSecretWoVersion')) {
      await api.patch(`/clients/${id}`, { client_secret: clientSecretWo })
    }
  },

  async delete(api, id) {
    try {
      const fields = 'fields=client_id%2Capp_type&include_fields=true'
      const { app_type: type } = await api.get(`/clients/${id}?${fields}`)
      await api.get(`/clients/${id}/credentials?include_totals=true&per_page=50`)
      const method = type === 'native' || type === 'spa' ? 'none' : 'client_secret_post'
      await api.patch(`/clients/${id}`, { token_endpoint_auth_method: method })
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
    }
  },
}
