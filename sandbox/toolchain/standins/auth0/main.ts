/** Stand-in for the auth0 provider plugin, for tenants simulated on this computer. */
import manifest from '@pulumi/auth0/package.json' with { type: 'json' }
import { checkConfig, diffConfig, setting } from '../bridge/config.ts'
import { bridged, goneInUpdate, multierror } from '../bridge/resource.ts'
import { requireLoopback } from '../server/loopback.ts'
import { serveProvider } from '../server/serve.ts'
import type { Values } from '../server/values.ts'
import { Auth0, type Settings } from './api.ts'
import { client } from './client.ts'
import { clientCredentials } from './client-credentials.ts'
import { getClient } from './client-lookup.ts'
import { connection, getConnection } from './connection.ts'
import { connectionClient } from './connection-client.ts'
import { getTenant } from './tenant.ts'

const { version } = manifest.pulumi

const SETTINGS = [
  'domain',
  'clientId',
  'clientSecret',
  'apiToken',
  'audience',
  'cliLogin',
  'clientAssertionPrivateKey',
  'clientAssertionSigningAlg',
  'customDomainHeader',
  'debug',
  'dynamicCredentials',
]

const options = { goneInUpdate }

await serveProvider<Auth0>({
  name: 'auth0',
  version,
  features: { supportsAutonaming: true },
  checkConfig: ({ urn, news }) => checkConfig(SETTINGS, urn, news),
  diffConfig,
  configure: ({ args }) => new Auth0(settingsOf(args)),
  resources: {
    [client.token]: bridged(client, options),
    [clientCredentials.token]: bridged(clientCredentials, options),
    [connection.token]: bridged(connection, options),
    [connectionClient.token]: bridged(connectionClient, options),
  },
  functions: {
    'auth0:index/getClient:getClient': getClient,
    'auth0:index/getConnection:getConnection': getConnection,
    'auth0:index/getTenant:getTenant': getTenant,
  },
})

function settingsOf(args: Values): Settings {
  const domain = setting(args, 'domain', 'AUTH0_DOMAIN')
    ?.replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
  const token = setting(args, 'apiToken', 'AUTH0_API_TOKEN')
  const clientId = setting(args, 'clientId', 'AUTH0_CLIENT_ID')
  const clientSecret = setting(args, 'clientSecret', 'AUTH0_CLIENT_SECRET')
  if (!domain || !(token || clientId)) {
    throw new Error(
      multierror(
        'Missing environment variables: AUTH0_DOMAIN is required. Then, configure either AUTH0_API_TOKEN, or ' +
          'AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_CLIENT_ID, AUTH0_CLIENT_ASSERTION_PRIVATE_KEY, and ' +
          'AUTH0_CLIENT_ASSERTION_SIGNING_ALG, or enable CLI login with AUTH0_CLI_LOGIN=true.',
      ),
    )
  }
  requireLoopback('auth0', version, `https://${domain}`)
  if (token) return { domain, credentials: { token } }
  if (!clientId || !clientSecret) {
    throw new Error(
      multierror(
        "Missing required configuration: When 'AUTH0_CLIENT_ID' is provided, either 'AUTH0_CLIENT_SECRET' or both " +
          "'AUTH0_CLIENT_ASSERTION_PRIVATE_KEY' and 'AUTH0_CLIENT_ASSERTION_SIGNING_ALG' must also be specified.",
      ),
    )
  }
  return { domain, credentials: { clientId, clientSecret } }
}
