/** `/v2/databases/ID/pools`: PgBouncer. */
import type { Context } from '../context.ts'
import { conflict, notFound, unprocessable } from '../errors.ts'
import { type Body, bodyOf, integer, page, param, text } from '../request.ts'
import { databaseSize, mostConnections } from './catalogue.ts'
import { clusterOf } from './find.ts'
import type { ClusterJobs } from './jobs.ts'
import type { DatabasePoolRow, DatabaseRow } from './rows.ts'
import { poolView } from './views.ts'

/** Of a cluster (docs: PostgreSQL Limits). */
const MOST_POOLS = 21
const MODES = ['session', 'transaction', 'statement']

export function databasePoolRoutes({ app, store, databases }: Context, jobs: ClusterJobs): void {
  const { state } = store
  const path = '/v2/databases/:id/pools'
  const find = (cluster: DatabaseRow, name: string): DatabasePoolRow => {
    const found = cluster.pools.find((one) => one.name === name)
    if (!found) throw notFound()
    return found
  }
  const become = async (cluster: DatabaseRow, pools: DatabasePoolRow[]) => {
    checkConnections(cluster, pools)
    await databases.setPools(cluster.id, pools, cluster.users)
    cluster.pools = pools
    store.changed()
  }

  app.get(path, async (request) => {
    const cluster = clusterOf(state, request)
    return page(request, 'pools', cluster.pools, (pool) => poolView(pool, cluster))
  })
  app.get(`${path}/:name`, async (request) => {
    const cluster = clusterOf(state, request)
    return { pool: poolView(find(cluster, param(request, 'name')), cluster) }
  })

  app.post(path, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const body = bodyOf(request)
      const name = text(body, 'name') ?? ''
      if (!/^[a-zA-Z0-9_-]{3,60}$/.test(name)) {
        throw unprocessable('invalid name: 3 to 60 letters, numbers, _ and -')
      }
      if (cluster.pools.some((one) => one.name === name)) throw conflict('pool already exists')
      if (cluster.pools.length >= MOST_POOLS) throw unprocessable(`at most ${MOST_POOLS} pools`)
      const pool = { name, ...readPool(body, cluster) }
      await become(cluster, [...cluster.pools, pool])
      return reply.code(201).send({ pool: poolView(pool, cluster) })
    }),
  )

  app.put(`${path}/:name`, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const { name } = find(cluster, param(request, 'name'))
      const changed = { name, ...readPool(bodyOf(request), cluster) }
      await become(
        cluster,
        cluster.pools.map((one) => (one.name === name ? changed : one)),
      )
      return reply.code(204).send()
    }),
  )

  app.delete(`${path}/:name`, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const pool = find(cluster, param(request, 'name'))
      await become(
        cluster,
        cluster.pools.filter((one) => one !== pool),
      )
      return reply.code(204).send()
    }),
  )
}

function readPool(body: Body, cluster: DatabaseRow): Omit<DatabasePoolRow, 'name'> {
  const mode = text(body, 'mode') ?? ''
  const size = integer(body, 'size') ?? 0
  const database = text(body, 'db') ?? ''
  const user = text(body, 'user') || undefined
  if (!MODES.includes(mode)) throw unprocessable(`invalid mode: one of ${MODES.join(', ')}`)
  if (size < 1) throw unprocessable('invalid size: 1 or more')
  if (!cluster.databases.includes(database)) {
    throw unprocessable(`invalid db: there is no database ${database}`)
  }
  if (user !== undefined && !cluster.users.some(({ name }) => name === user)) {
    throw unprocessable(`invalid user: there is no user ${user}`)
  }
  return { mode: mode as DatabasePoolRow['mode'], size, database, ...(user && { user }) }
}

/** All pools of a cluster share the connections that its memory allows. */
function checkConnections({ size }: DatabaseRow, pools: DatabasePoolRow[]): void {
  const catalogued = databaseSize(size)
  const most = catalogued ? mostConnections(catalogued) : 0
  const wanted = pools.reduce((sum, pool) => sum + pool.size, 0)
  if (wanted > most) {
    throw unprocessable(`the pools want ${wanted} connections; ${size} allows ${most}`)
  }
}
