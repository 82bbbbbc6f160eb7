import type { FastifyInstance } from 'fastify'
import type { ObjectStorage } from '../spaces/index.ts'
import type { DatabaseServers, Machines } from '../types.ts'
import type { Actions } from './actions.ts'
import type { Store } from './state.ts'

/** How much the account may hold. */
export interface AccountLimits {
  droplets: number
  reservedIps: number
  volumes: number
  /** Clusters, of all engines. */
  databases: number
  /** Between two snapshots of one volume. */
  snapshotPauseMs: number
}

/** What each group of routes works with. */
export interface Context {
  app: FastifyInstance
  store: Store
  machines: Machines
  databases: DatabaseServers
  actions: Actions
  spaces: ObjectStorage
  limits: AccountLimits
  /** The time by which versions of databases are sold. */
  now: () => number
  /** How long changes take to arrive everywhere, in ms. */
  settleMs: number
  log: (line: string) => void
}
