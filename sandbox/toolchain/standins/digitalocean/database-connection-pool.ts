import type {
  DatabaseConnectionPoolArgs,
  DatabaseConnectionPoolState,
} from '@pulumi/digitalocean/databaseConnectionPool.js'
import type { Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { connectionOf, notEmpty } from './database-cluster.ts'
import { fetchObject, member } from './reading.ts'

const MODES = ['session', 'transaction', 'statement']
const text: Property = { type: 'string', computed: true }
const secret: Property = { type: 'string', computed: true, secret: true }

/**
 * After the provider's source (digitalocean/database/resource_database_connection_pool.go): every
 * change replaces it. There is no recording of the real plugin.
 */
export const databaseConnectionPool: Resource<
  DigitalOcean,
  DatabaseConnectionPoolArgs,
  DatabaseConnectionPoolState
> = {
  token: 'digitalocean:index/databaseConnectionPool:DatabaseConnectionPool',
  autonamed: 'name',
  inputs: {
    clusterId: { type: 'string', required: true, replaces: true, check: notEmpty },
    name: {
      type: 'string',
      replaces: true,
      check: (value, name) =>
        String(value).length >= 3 && String(value).length <= 63
          ? undefined
          : `expected length of ${name} to be in the range (3 - 63), got ${value}`,
    },
    user: { type: 'string', replaces: true, check: notEmpty },
    mode: {
      type: 'string',
      required: true,
      replaces: true,
      check: (value, name) =>
        MODES.includes(String(value))
          ? undefined
          : `expected ${name} to be one of [${MODES.map((one) => `"${one}"`).join(' ')}], got ${value}`,
    },
    size: { type: 'number', required: true, replaces: true, check: notEmpty },
    dbName: { type: 'string', required: true, replaces: true, check: notEmpty },
  },
  outputs: {
    host: text,
    privateHost: text,
    port: { type: 'number', computed: true },
    uri: secret,
    privateUri: secret,
    password: secret,
  },

  async create(api, { clusterId, name, user, mode, size, dbName }) {
    const body = { name: name!, size: size!, db: dbName!, mode: mode!, user: user ?? '' }
    const call = api.post(`/v2/databases/${clusterId}/pools`, body)
    const made = await attempt('Error creating DatabaseConnectionPool', call)
    return `${clusterId}/${member(made, 'pool', 'name')}`
  },

  // Imported by `CLUSTER,NAME`.
  importedId: (given) => given.replace(',', '/'),

  async read(api, id, known) {
    const [clusterId = '', name = ''] = id.split(/[/,]/)
    const path = `/v2/databases/${clusterId}/pools/${name}`
    const found = await fetchObject(api, path, 'pool', 'Error retrieving DatabaseConnectionPool')
    const { database: _pool, user: _login, ...connection } = connectionOf(found, known)
    return {
      clusterId,
      name: found.name!,
      // A pool without a user has none in the state either.
      user: found.user || null,
      mode: found.mode!,
      size: found.size!,
      dbName: found.db!,
      ...connection,
    }
  },

  async delete(api, id) {
    const [clusterId, name] = id.split('/')
    const call = api.call('DELETE', `/v2/databases/${clusterId}/pools/${name}`)
    await attempt('Error deleting DatabaseConnectionPool', call)
  },
}
