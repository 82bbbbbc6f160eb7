/**
 * A simulated Auth0 tenant: the Management API v2 that a deployment configures it with, and the
 * OpenID provider that its applications' users log in at. HTTPS on 127.0.0.1 alone.
 */

import { Faults } from '../faults.ts'
import type { SimulatedApi } from '../types.ts'
import { managementApi } from './management/api.ts'
import { rateLimit } from './management/rate-limit.ts'
import type { Tenant } from './management/route.ts'
import { verifyToken } from './oidc/management-token.ts'
import { openIdProvider } from './oidc/provider.ts'
import { closeToStrangers, ensureManagement, type ManagementClient, seed } from './seed.ts'
import { listen } from './server.ts'
import { type Mail, openStore, type TenantState } from './state.ts'

export interface Auth0Options {
  /** Where the tenant is kept; made at the first start. */
  stateFile: string
  /** 0: any free one. */
  port: number
  /** PEM, for localhost, 127.0.0.1 and the custom domain. */
  certificate: { key: string; cert: string }
  /** The tenant's domain, which the Management API's audience carries; `localhost:PORT`. */
  domain?: string
  /** What browsers and applications use; `login.sandbox.localhost:PORT`. */
  customDomain?: string
  /** The application that manages the tenant. */
  management: ManagementClient
  /** Closed to strangers once, as README tells an operator to do it; a new tenant is open. */
  closed?: boolean
  /** The plan: 10 applications as on the free one, and 50 requests a second (there: 2). */
  limits?: { applications?: number; requestsPerSecond?: number }
  log?: (line: string) => void
}

export interface Auth0 extends SimulatedApi {
  domain: string
  customDomain: string
  /** What the tenant would have sent, the newest last. */
  mail(): Mail[]
  /** Replaces the plan's limit. */
  setRequestsPerSecond(requests: number): void
}

/** @throws if the port is taken or the state file is not one */
export async function startAuth0(options: Auth0Options): Promise<Auth0> {
  const { limits = {}, log = () => {} } = options
  const store = await openStore(options.stateFile, seed)
  const { state } = store
  const faults = new Faults()
  const { certificate } = options
  const listener = await listen({ port: options.port, certificate, faults, log })
  const { server, port, calls } = listener
  const domain = options.domain ?? `localhost:${port}`
  const customDomain = options.customDomain ?? `login.sandbox.localhost:${port}`

  ensureManagement(state, domain, options.management)
  if (options.closed && !state.closed) closeToStrangers(state)
  await store.save()
  const tenant: Tenant = {
    state,
    domain,
    customDomain,
    maxApplications: limits.applications ?? 10,
  }
  const limit = rateLimit(limits.requestsPerSecond ?? 50)
  const api = await managementApi({
    tenant,
    save: store.save,
    authenticate: (header) => verifyToken(state, `https://${domain}/api/v2/`, header),
    rateLimit: limit,
    log,
  })
  const site = (name: string) =>
    openIdProvider({ store, issuer: `https://${name}/`, log }).callback()
  const tenantSite = site(domain)
  listener.route({
    api: (request, response) => api.routing(request, response),
    sites: new Map([
      [`127.0.0.1:${port}`, tenantSite],
      [domain.toLowerCase(), tenantSite],
      [customDomain.toLowerCase(), site(customDomain)],
    ]),
  })

  return {
    url: `https://127.0.0.1:${port}`,
    domain,
    customDomain,
    setFaults: (rules, seed) => faults.set(rules, seed),
    faultsMet: () => faults.met,
    calls: () => Object.fromEntries([...calls].sort(([a], [b]) => a.localeCompare(b))),
    inventory: () => inventory(state),
    mail: () => [...state.mail],
    setRequestsPerSecond: (requests) => limit.set(requests),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await api.close()
      await store.save()
    },
  }
}

/** What was added to the tenant since it was new. */
function inventory(state: TenantState): { kind: string; id: string; name: string }[] {
  const { clients, connections, users, resourceServers, clientGrants, roles } = state
  const all = [
    ...clients.map((one) => ({ kind: 'application', id: one.client_id, name: one.name })),
    ...connections.map(({ id, name }) => ({ kind: 'connection', id, name })),
    ...users.map((one) => ({ kind: 'user', id: one.user_id, name: one.email ?? one.name })),
    ...resourceServers.map((one) => ({ kind: 'api', id: one.id, name: one.identifier })),
    ...clientGrants.map((one) => ({ kind: 'client grant', id: one.id, name: one.audience })),
    ...roles.map(({ id, name }) => ({ kind: 'role', id, name })),
  ]
  return all.filter(({ id }) => !state.builtIn.includes(id))
}
