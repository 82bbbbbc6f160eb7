import type { FastifyRequest } from 'fastify'
import { ApiError, notFound, unprocessable } from '../errors.ts'
import { param } from '../request.ts'
import type { State, Store } from '../state.ts'
import type { DatabaseRow } from './rows.ts'

/** The account's clusters; states of before there were any have none. */
export function clustersOf(state: State): DatabaseRow[] {
  state.databases ??= []
  return state.databases
}

/** The cluster that the path names, by its id. */
export function clusterOf(state: State, request: FastifyRequest): DatabaseRow {
  const found = clustersOf(state).find(({ id }) => id === param(request, 'id'))
  if (!found) throw notFound()
  return found
}

/**
 * The same, asked for itself: where its server came to nothing, the first to ask is refused with the
 * reason, as of a droplet (`droplets.ts`).
 */
export function toldCluster(store: Store, request: FastifyRequest): DatabaseRow {
  const { state } = store
  const failure = state.failures[param(request, 'id')]
  if (failure && !failure.told) {
    failure.told = true
    store.changed()
    throw unprocessable(failure.reason)
  }
  return clusterOf(state, request)
}

/** The same, and it can be changed: nothing else is under way. */
export function onlineCluster(state: State, request: FastifyRequest): DatabaseRow {
  const cluster = clusterOf(state, request)
  if (cluster.status !== 'online') throw notOnline()
  return cluster
}

export const notOnline = () => new ApiError(412, 'the database cluster is not online yet')
