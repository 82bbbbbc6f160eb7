import { readFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { phase } from '../../sandbox/cli/progress.ts'
import { readCredentials, readSandbox } from '../../sandbox/control.ts'
import { lockHolder } from '../../sandbox/daemon/lock.ts'
import { removeDeadLocks } from '../../sandbox/deployment/locks.ts'
import { SANDBOX, sandboxEnvironment } from '../../sandbox/deployment/sandbox.ts'
import { isSimulated } from '../../sandbox/deployment/simulated.ts'
import { startSandbox } from '../../sandbox/deployment/start.ts'
import { OFFICIAL } from '../preview/sizes.ts'

/** The accounts that a stack's settings point to, and what the engine needs to reach them. */
export interface Place {
  environment: Record<string, string>
  digitalocean: { endpoint: string; token: string }
  auth0: { domain: string; clientId: string; clientSecret: string }
  /** The accounts are simulated for this project alone. */
  sandbox: boolean
  /** Folder for receipts. */
  receipts: string
}

/**
 * Opens the accounts of a configuration: the sandbox of this folder, which is started if it does not
 * run, or the accounts and the backend that the environment's variables open.
 * @throws Error that names the variable that is missing
 */
export async function openPlace(config: Record<string, unknown>): Promise<Place> {
  return isSimulated(config) ? openSandbox() : openAccounts(config)
}

async function openSandbox(): Promise<Place> {
  // After a kill -9 the file is still there, and nobody listens.
  const running = (await lockHolder(SANDBOX)) ? await readSandbox(SANDBOX) : undefined
  const sandbox = running ?? (await phase('sandbox', (update) => startSandbox(SANDBOX, update)))
  const environment = await sandboxEnvironment((line) => console.error(line))
  await removeDeadLocks(SANDBOX)
  const credentials = await readCredentials(SANDBOX)
  if (!credentials)
    throw new Error('the sandbox has no credentials; start it: ./padlock sandbox up')
  // The tenant's certificate hangs under the sandbox's own root.
  setDefaultCACertificates([...getCACertificates('default'), await readFile(sandbox.ca, 'utf8')])
  return {
    environment,
    digitalocean: { endpoint: sandbox.digitalocean.url, token: credentials.digitalocean.token },
    auth0: { domain: sandbox.auth0.domain, ...credentials.auth0 },
    sandbox: true,
    receipts: `${SANDBOX}/receipts`,
  }
}

function openAccounts(config: Record<string, unknown>): Place {
  const endpoint = String(config['digitalocean:apiEndpoint'] ?? OFFICIAL)
  const need = (name: string): string => {
    const value = process.env[name]
    if (value) return value
    throw new Error(
      `${name} is not set. Allowed: DIGITALOCEAN_TOKEN with read and write access, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a machine-to-machine application for the Auth0 Management API. Export it, then run this again.`,
    )
  }
  return {
    environment: {},
    digitalocean: { endpoint, token: need('DIGITALOCEAN_TOKEN') },
    auth0: {
      domain: String(config['auth0:domain'] ?? need('AUTH0_DOMAIN')),
      clientId: need('AUTH0_CLIENT_ID'),
      clientSecret: need('AUTH0_CLIENT_SECRET'),
    },
    sandbox: false,
    receipts: '.padlock/receipts',
  }
}
