export const OFFICIAL = 'https://api.digitalocean.com'

/** The accounts that a stack's settings point to. */
export interface Place {
  digitalocean: { endpoint: string; token: string }
  /** Absent where the stacks log in at an issuer, and no credentials of a tenant are at hand. */
  auth0?: { domain: string; clientId: string; clientSecret: string }
  /** Nothing but this project uses the accounts, so that what bears no name is the project's. */
  exclusive: boolean
  /** Folder for receipts. */
  receipts: string
}

/**
 * The accounts of a configuration, which the environment's variables open.
 *
 * PADLOCK_EXCLUSIVE names the DigitalOcean endpoint, on this computer, whose account nothing but
 * this project uses; the default is none. PADLOCK_RECEIPTS names the folder for receipts (`.padlock/receipts`).
 * @throws Error that names the variable that is missing
 */
export function openPlace(
  config: Record<string, unknown>,
  environment: NodeJS.ProcessEnv = process.env,
): Place {
  const endpoint = String(config['digitalocean:apiEndpoint'] ?? OFFICIAL)
  const need = (name: string): string => {
    const value = environment[name]
    if (value) return value
    throw new Error(
      `${name} is not set. Allowed: DIGITALOCEAN_TOKEN with read and write access, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a machine-to-machine application for the Auth0 Management API. Fix: export it, or for the sandbox: . .sandbox/env`,
    )
  }
  const auth0 = () => ({
    domain: String(config['auth0:domain'] ?? need('AUTH0_DOMAIN')),
    clientId: need('AUTH0_CLIENT_ID'),
    clientSecret: need('AUTH0_CLIENT_SECRET'),
  })
  const tenant = needsTenant(config, environment) ? auth0() : undefined
  const places = [endpoint, ...(tenant ? [`https://${tenant.domain}`] : [])]
  return {
    digitalocean: { endpoint, token: need('DIGITALOCEAN_TOKEN') },
    auth0: tenant,
    exclusive: endpoint === environment.PADLOCK_EXCLUSIVE && places.every(isHere),
    receipts: environment.PADLOCK_RECEIPTS ?? '.padlock/receipts',
  }
}

/** Beside an issuer a tenant is still asked where it can be: it may hold what was made before. */
function needsTenant(config: Record<string, unknown>, environment: NodeJS.ProcessEnv): boolean {
  const key = Object.keys(config).find((one) => one.endsWith(':provider'))
  if (!key || config[key] === 'auth0') return true
  const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = environment
  const domain = config['auth0:domain'] ?? AUTH0_DOMAIN
  return Boolean(domain && AUTH0_CLIENT_ID && AUTH0_CLIENT_SECRET)
}

/** No real account is ever taken for the project's alone, nor a real tenant beside a sandbox's. */
function isHere(endpoint: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname)
}
