import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ManagementClient } from 'auth0'
import { Agent, fetch } from 'undici'
import { DATABASE, DEMO_USERS } from '../auth0/seed.ts'
import type { Credentials, SandboxFile } from '../control.ts'

/** Of the application that logs in at the tenant for the app on a laptop. */
const NAME = 'laptop'
/** Where compose.yaml lays the sandbox's root. */
const ROOT = '/run/sandbox-root.pem'

type Sandbox = Pick<SandboxFile, 'auth0' | 'ca'>
type Account = Pick<Credentials, 'auth0'>

/**
 * The environment that a host gives to the app, for a container of this computer that shares its
 * network: a login at the sandbox's tenant by an application of its own, made anew each time.
 * @param port where the app listens, on loopback
 */
export async function laptopEnvironment(
  sandbox: Sandbox,
  credentials: Account,
  port: number,
): Promise<Record<string, string>> {
  const tenant = await open(sandbox, credentials)
  await remove(tenant)
  const url = `http://localhost:${port}`
  const { client_id = '', client_secret = '' } = await tenant.clients.create({
    name: NAME,
    app_type: 'regular_web',
    oidc_conformant: true,
    grant_types: ['authorization_code'],
    jwt_configuration: { alg: 'RS256' },
    token_endpoint_auth_method: 'client_secret_post',
    callbacks: [`${url}/callback`],
    allowed_logout_urls: [`${url}/`],
  })
  const { data: connections } = await tenant.connections.list({ name: DATABASE })
  const [connection] = connections
  if (!connection?.id) throw new Error(`the sandbox's tenant has no connection ${DATABASE}`)
  await tenant.connections.clients.update(connection.id, [{ client_id, status: true }])
  return {
    AUTH0_DOMAIN: sandbox.auth0.domain,
    AUTH0_CLIENT_ID: client_id,
    AUTH0_CLIENT_SECRET: client_secret,
    APP_SECRET_KEY: randomBytes(32).toString('hex'),
    APP_URL: url,
    ALLOWED_EMAILS: DEMO_USERS[0]?.email ?? '',
    REQUESTS_CA_BUNDLE: ROOT,
    HOST: '127.0.0.1',
    PORT: String(port),
  }
}

/** Takes the application away again, if it is there. */
export async function forgetLaptop(sandbox: Sandbox, credentials: Account): Promise<void> {
  await remove(await open(sandbox, credentials))
}

async function remove(tenant: ManagementClient): Promise<void> {
  const { data } = await tenant.clients.list({ fields: 'client_id,name', include_fields: true })
  for (const { name, client_id } of data) {
    if (name === NAME && client_id) await tenant.clients.delete(client_id)
  }
}

/** Node's own trust knows nothing of the sandbox's authority. */
async function open({ auth0, ca }: Sandbox, credentials: Account): Promise<ManagementClient> {
  const dispatcher = new Agent({ connect: { ca: await readFile(ca, 'utf8') } })
  const trusting = (url: string, init?: object) => fetch(url, { ...init, dispatcher })
  return new ManagementClient({
    domain: auth0.domain,
    ...credentials.auth0,
    telemetry: false,
    fetch: trusting as unknown as typeof globalThis.fetch,
  })
}
