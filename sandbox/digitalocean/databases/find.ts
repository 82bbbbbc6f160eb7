import type { FastifyRequest } from 'fastify'
import { ApiError, notFound } from '../errors.ts'
import { param } from '../request.ts'
import type { State } from '../state.ts'
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

/** The same, and what it holds can be changed. */
export function onlineCluster(state: State, request: FastifyRequest): DatabaseRow {
  const cluster = clusterOf(state, request)
  if (cluster.status === 'creating') {
    throw new ApiError(412, 'the database cluster is not online yet')
  }
  return cluster
}
