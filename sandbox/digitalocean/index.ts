/** A DigitalOcean account behind the provider's own API, version 2, on this computer. */
import type { AddressInfo } from 'node:net'
import { noDatabases } from '../databases/none.ts'
import { Faults } from '../faults.ts'
import type { ObjectStorage } from '../spaces/index.ts'
import type { Cloud, DatabaseServers, Machines, Network, SimulatedApi } from '../types.ts'
import { accountRoutes } from './account.ts'
import { Actions, actionRoutes } from './actions.ts'
import { admits, admitsOutbound, singlePorts } from './admission.ts'
import { catalogueRoutes } from './catalogue-routes.ts'
import type { AccountLimits, Context } from './context.ts'
import {
  type DatabaseDoor,
  databaseAdmitsAddress,
  databaseAdmitsDroplet,
  databaseDoor,
  databaseRoutes,
} from './databases/index.ts'
import { domainRoutes } from './domains.ts'
import { dropletActionRoutes } from './droplets/droplet-actions.ts'
import { dropletRoutes } from './droplets/droplets.ts'
import { MachineJobs } from './droplets/machine-jobs.ts'
import { firewallRoutes } from './firewalls.ts'
import { createApp } from './http.ts'
import { inventory } from './inventory.ts'
import { projectRoutes } from './projects.ts'
import { type Burst, RateLimiter, type RateLimits } from './rate-limit.ts'
import { registryRoutes } from './registries.ts'
import { reservedIpRoutes } from './reserved-ips.ts'
import { spacesKeyRoutes } from './spaces-keys.ts'
import { Store } from './state.ts'
import { tagRoutes } from './tags.ts'
import { snapshotRoutes } from './volumes/snapshots.ts'
import { volumeActionRoutes } from './volumes/volume-actions.ts'
import { volumeRoutes } from './volumes/volumes.ts'
import { vpcRoutes } from './vpcs.ts'
import { resolve } from './zone.ts'

export interface DigitalOceanOptions {
  /** Where the account is kept; made if it is not there. */
  stateFile: string
  /** On 127.0.0.1; 0 takes any free one. */
  port: number
  /** The only access token that is accepted. */
  token: string
  machines: Machines
  /** What makes database clusters into servers; nothing does if absent. */
  databases?: DatabaseServers
  /** Without it there are no buckets, and keys open nothing. */
  spaces?: ObjectStorage
  /** How long actions and droplet creation take at least, in ms; 500 if absent. */
  actionMs?: number
  /** And changes of firewalls and moves between projects; `actionMs` if absent. */
  settleMs?: number
  /** What an action waits for beside that, asked at its start. */
  hold?: () => Promise<void> | undefined
  /**
   * Of the account (25 droplets, 3 reserved addresses, 100 volumes, 10 database clusters, 10 minutes
   * between two snapshots of a volume) and of its requests (5,000 an hour).
   */
  limits?: Partial<AccountLimits> & RateLimits
  /** The time by which versions of databases are sold; `Date.now` if absent. */
  now?: () => number
  log?: (line: string) => void
}

export interface DigitalOcean extends SimulatedApi, Cloud {
  /** Resolves once nothing goes on in the background: no action, boot or removal. */
  settled(): Promise<void>
  /** Replaces the burst limit. */
  setBurst(burst: Burst): void
  /** The cluster that is reached at a port of this computer. */
  databaseDoor(port: number, over: Network): DatabaseDoor | undefined
  /** Has the droplet a way to the cluster over this network, and does its own firewall let it in? */
  databaseAdmitsDroplet(clusterId: string, dropletId: number, over: Network): boolean
  /** Does it let an address of the internet in that is no droplet's? */
  databaseAdmitsAddress(clusterId: string, address: string): boolean
}

const LIMITS: AccountLimits = {
  ...{ droplets: 25, reservedIps: 3, volumes: 100 },
  // https://docs.digitalocean.com/products/databases/postgresql/details/limits/
  databases: 10,
  snapshotPauseMs: 600_000,
}

/** Starts the simulator; rejects if the port is taken or the state file cannot be read. */
export async function startDigitalOcean(options: DigitalOceanOptions): Promise<DigitalOcean> {
  const {
    machines,
    databases = noDatabases(),
    spaces = { buckets: () => [], setKeys: async () => {} },
    actionMs = 500,
    settleMs = actionMs,
    hold,
    limits = {},
    now = Date.now,
    log = () => {},
  } = options
  const store = await Store.open(options.stateFile)
  const { state } = store
  const faults = new Faults()
  const calls = new Map<string, number>()
  const limiter = new RateLimiter(limits)
  const app = createApp({ token: options.token, faults, limiter, store, calls, log })
  const actions = new Actions({ store, actionMs, hold, log })
  const context: Context = {
    app,
    store,
    machines,
    databases,
    actions,
    limits: { ...LIMITS, ...limits },
    now,
    spaces,
    settleMs,
    log,
  }
  const jobs = new MachineJobs(context)
  accountRoutes(context)
  actionRoutes(context)
  catalogueRoutes(context)
  const startClusters = databaseRoutes(context)
  domainRoutes(context)
  dropletRoutes(context, jobs)
  dropletActionRoutes(context)
  firewallRoutes(context)
  projectRoutes(context)
  registryRoutes(context)
  reservedIpRoutes(context)
  snapshotRoutes(context)
  spacesKeyRoutes(context)
  tagRoutes(context)
  volumeActionRoutes(context, jobs)
  volumeRoutes(context)
  vpcRoutes(context)

  await app.listen({ host: '127.0.0.1', port: options.port })
  await spaces.setKeys(state.spacesKeys ?? [])
  store.changed()
  await store.saved()
  jobs.resume()
  startClusters()
  actions.resume()

  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    setFaults: (rules, seed) => faults.set(rules, seed),
    faultsMet: () => faults.met,
    calls: () => Object.fromEntries(calls),
    inventory: () => inventory(state, spaces),
    addresses: () => [
      ...state.droplets.map((droplet) => ({
        address: droplet.publicAddress,
        dropletId: droplet.id,
      })),
      ...state.reservedIps.flatMap(({ ip, dropletId }) =>
        dropletId === null ? [] : [{ address: ip, dropletId }],
      ),
    ],
    admits: (dropletId, protocol, port, source) => admits(state, dropletId, protocol, port, source),
    admitsOutbound: (...attempt) => admitsOutbound(state, ...attempt),
    inboundPorts: () => singlePorts(state),
    resolve: (name, type) => resolve(state, name, type),
    onChange: (listener) => store.onChange(listener),
    settled: () => actions.settled(),
    setBurst: (burst) => limiter.setBurst(burst),
    databaseDoor: (...way) => databaseDoor(state, ...way),
    databaseAdmitsDroplet: (...attempt) => databaseAdmitsDroplet(state, ...attempt),
    databaseAdmitsAddress: (...attempt) => databaseAdmitsAddress(state, ...attempt),
    async close() {
      actions.close()
      await app.close()
      await store.saved()
    },
  }
}
