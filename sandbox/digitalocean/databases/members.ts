/** `/v2/databases/ID/users` and `/dbs`. */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'
import { conflict, notFound, unprocessable } from '../errors.ts'
import { bodyOf, page, param, text } from '../request.ts'
import { clusterOf } from './find.ts'
import type { ClusterJobs } from './jobs.ts'
import type { DatabaseRow, DatabaseUserRow } from './rows.ts'
import { primary, userView } from './views.ts'

/** Role names that PostgreSQL keeps for itself, and its owner's (https://www.postgresql.org/docs/17/sql-createrole.html). */
const RESERVED = /^(postgres|public|none|pg_.*)$/

export const newPassword = (): string => `AVNS_${randomBytes(12).toString('base64url')}`

export function databaseUserRoutes({ app, store, databases }: Context, jobs: ClusterJobs): void {
  const { state } = store
  const path = '/v2/databases/:id/users'
  const find = (cluster: DatabaseRow, name: string): DatabaseUserRow => {
    const found = cluster.users.find((one) => one.name === name)
    if (!found) throw notFound()
    return found
  }

  app.get(path, async (request) =>
    page(request, 'users', clusterOf(state, request).users, userView),
  )
  app.get(`${path}/:name`, async (request) => ({
    user: userView(find(clusterOf(state, request), param(request, 'name'))),
  }))

  // PgBouncer has a list of its own.
  const changed = async ({ id, pools, users }: DatabaseRow) => {
    if (pools.length > 0) await databases.setPools(id, pools, users)
    store.changed()
  }

  app.post(path, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const name = text(bodyOf(request), 'name') ?? ''
      if (!/^[a-zA-Z_][a-zA-Z0-9_.-]{0,62}$/.test(name)) {
        throw unprocessable('invalid name: up to 63 letters, numbers, and _ . -')
      }
      if (RESERVED.test(name)) throw unprocessable(`invalid name ${name}: PostgreSQL's own`)
      if (cluster.users.some((one) => one.name === name)) throw conflict('user already exists')
      const user: DatabaseUserRow = { name, role: 'normal', password: newPassword() }
      await databases.createUser(cluster.id, name, user.password)
      cluster.users.push(user)
      await changed(cluster)
      return reply.code(201).send({ user: userView(user) })
    }),
  )

  app.post(`${path}/:name/reset_auth`, (request) =>
    jobs.take(request, async (cluster) => {
      const user = find(cluster, param(request, 'name'))
      const password = newPassword()
      await databases.setPassword(cluster.id, user.name, password)
      user.password = password
      await changed(cluster)
      return { user: userView(user) }
    }),
  )

  app.delete(`${path}/:name`, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const user = find(cluster, param(request, 'name'))
      if (user === primary(cluster)) throw unprocessable('the primary user cannot be removed')
      if (cluster.pools.some((pool) => pool.user === user.name)) {
        throw unprocessable(`the user is in use by a connection pool`)
      }
      await databases.dropUser(cluster.id, user.name)
      cluster.users = cluster.users.filter((one) => one !== user)
      await changed(cluster)
      return reply.code(204).send()
    }),
  )
}

export function databaseDbRoutes({ app, store, databases }: Context, jobs: ClusterJobs): void {
  const { state } = store
  const path = '/v2/databases/:id/dbs'
  const known = (cluster: DatabaseRow, name: string): string => {
    if (!cluster.databases.includes(name)) throw notFound()
    return name
  }

  app.get(path, async (request) =>
    page(request, 'dbs', clusterOf(state, request).databases, (name) => ({ name })),
  )
  app.get(`${path}/:name`, async (request) => ({
    db: { name: known(clusterOf(state, request), param(request, 'name')) },
  }))

  app.post(path, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const name = text(bodyOf(request), 'name') ?? ''
      if (!/^[a-zA-Z_][a-zA-Z0-9_-]{0,62}$/.test(name)) {
        throw unprocessable('invalid name: up to 63 letters, numbers, _ and -')
      }
      // PostgreSQL's and the provider's own, which the account does not list.
      const taken = [...cluster.databases, '_dodb', 'postgres', 'template0', 'template1']
      if (taken.includes(name)) throw conflict('database already exists')
      await databases.createDatabase(cluster.id, name)
      cluster.databases.push(name)
      store.changed()
      return reply.code(201).send({ db: { name } })
    }),
  )

  app.delete(`${path}/:name`, (request, reply) =>
    jobs.take(request, async (cluster) => {
      const name = known(cluster, param(request, 'name'))
      if (cluster.pools.some((pool) => pool.database === name)) {
        throw unprocessable('the database is in use by a connection pool')
      }
      await databases.dropDatabase(cluster.id, name)
      cluster.databases = cluster.databases.filter((one) => one !== name)
      store.changed()
      return reply.code(204).send()
    }),
  )
}
