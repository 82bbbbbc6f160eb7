/** `/v2/databases/ID/users` and `/dbs`. */
import { randomBytes } from 'node:crypto'
import type { Context } from '../context.ts'
import { conflict, notFound, unprocessable } from '../errors.ts'
import { bodyOf, page, param, text } from '../request.ts'
import { clusterOf, onlineCluster } from './find.ts'
import type { DatabaseRow, DatabaseUserRow } from './rows.ts'
import { primary, userView } from './views.ts'

export const newPassword = (): string => `AVNS_${randomBytes(12).toString('base64url')}`

export function databaseUserRoutes({ app, store, databases }: Context): void {
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

  app.post(path, async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const name = text(bodyOf(request), 'name') ?? ''
    if (!/^[a-zA-Z_][a-zA-Z0-9_.-]{0,62}$/.test(name)) {
      throw unprocessable('invalid name: up to 63 letters, numbers, and _ . -')
    }
    if (cluster.users.some((one) => one.name === name)) throw conflict('user already exists')
    const user: DatabaseUserRow = { name, role: 'normal', password: newPassword() }
    await databases.createUser(cluster.id, name, user.password)
    cluster.users.push(user)
    store.changed()
    return reply.code(201).send({ user: userView(user) })
  })

  app.post(`${path}/:name/reset_auth`, async (request) => {
    const cluster = onlineCluster(state, request)
    const user = find(cluster, param(request, 'name'))
    user.password = newPassword()
    await databases.setPassword(cluster.id, user.name, user.password)
    store.changed()
    return { user: userView(user) }
  })

  app.delete(`${path}/:name`, async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const user = find(cluster, param(request, 'name'))
    if (user === primary(cluster)) throw unprocessable('the primary user cannot be removed')
    if (cluster.pools.some((pool) => pool.user === user.name)) {
      throw unprocessable(`the user is in use by a connection pool`)
    }
    await databases.dropUser(cluster.id, user.name)
    cluster.users = cluster.users.filter((one) => one !== user)
    store.changed()
    return reply.code(204).send()
  })
}

export function databaseDbRoutes({ app, store, databases }: Context): void {
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

  app.post(path, async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const name = text(bodyOf(request), 'name') ?? ''
    if (!/^[a-zA-Z_][a-zA-Z0-9_-]{0,62}$/.test(name)) {
      throw unprocessable('invalid name: up to 63 letters, numbers, _ and -')
    }
    // PostgreSQL's own, which the account does not list.
    const taken = [...cluster.databases, 'postgres', 'template0', 'template1']
    if (taken.includes(name)) throw conflict('database already exists')
    await databases.createDatabase(cluster.id, name)
    cluster.databases.push(name)
    store.changed()
    return reply.code(201).send({ db: { name } })
  })

  app.delete(`${path}/:name`, async (request, reply) => {
    const cluster = onlineCluster(state, request)
    const name = known(cluster, param(request, 'name'))
    if (cluster.pools.some((pool) => pool.database === name)) {
      throw unprocessable('the database is in use by a connection pool')
    }
    await databases.dropDatabase(cluster.id, name)
    cluster.databases = cluster.databases.filter((one) => one !== name)
    store.changed()
    return reply.code(204).send()
  })
}
