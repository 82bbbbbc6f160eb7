import type {
  DatabaseClusterArgs,
  DatabaseClusterState,
} from '@pulumi/digitalocean/databaseCluster.js'
import { NotFound, type Resource, type Work } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import { waitFor } from '../bridge/wait.ts'
import { isObject, isUnknown, type Value, type Values } from '../server/values.ts'
import { ApiError, attempt, type DigitalOcean, isGone } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { retag } from './retag.ts'
import { tagProblem } from './tag.ts'

export const notEmpty = (value: Value, name: string): string | undefined =>
  value === '' || value === 0 ? `${name} must not be empty, got ${value}` : undefined

const text: Property = { type: 'string', computed: true }
const secret: Property = { type: 'string', computed: true, secret: true }
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export const databaseCluster: Resource<DigitalOcean, DatabaseClusterArgs, DatabaseClusterState> = {
  token: 'digitalocean:index/databaseCluster:DatabaseCluster',
  autonamed: 'name',
  timeouts: { create: 30 * 60 },
  inputs: {
    name: { type: 'string', replaces: true, check: notEmpty },
    engine: { type: 'string', required: true, replaces: true, check: notEmpty },
    version: { type: 'string' },
    size: { type: 'string', required: true, check: notEmpty },
    region: { type: 'string', required: true, check: notEmpty },
    nodeCount: { type: 'number', required: true, check: notEmpty },
    maintenanceWindows: {
      type: 'list',
      apiName: 'maintenance_window',
      of: {
        type: 'object',
        fields: {
          day: {
            type: 'string',
            required: true,
            check: (value, name) =>
              DAYS.some((day) => day.toLowerCase() === String(value).toLowerCase())
                ? undefined
                : `expected ${name} to be one of [${DAYS.map((day) => `"${day}"`).join(' ')}], got ${value}`,
          },
          hour: { type: 'string', required: true },
        },
      },
    },
    evictionPolicy: { type: 'string', check: notEmpty },
    sqlMode: { type: 'string' },
    privateNetworkUuid: { ...text, replaces: true, check: notEmpty },
    projectId: { ...text, replaces: true, check: notEmpty },
    tags: { type: 'set', of: { type: 'string', check: tagProblem } },
    storageSizeMib: text,
    backupRestore: { type: 'object', unsupported: true },
    storageAutoscale: { type: 'object', unsupported: true },
  },
  outputs: {
    clusterUrn: text,
    database: text,
    host: text,
    metricsEndpoints: { type: 'list', computed: true },
    password: secret,
    port: { type: 'number', computed: true },
    privateHost: text,
    privateUri: secret,
    uiDatabase: text,
    uiHost: text,
    uiPassword: secret,
    uiPort: { type: 'number', computed: true },
    uiUri: secret,
    uiUser: text,
    uri: secret,
    user: text,
  },

  validate({ engine, version, evictionPolicy, sqlMode }, state) {
    if (!version || isUnknown(version)) {
      return state?.version
        ? `The argument "version" is now required. Set the ${engine} version to the value saved to state: ${state.version}`
        : 'The argument "version" is required, but no definition was found.'
    }
    if (sqlMode && engine !== 'mysql') {
      return 'sql_mode is only supported for MySQL Database Clusters'
    }
    if (evictionPolicy && engine !== 'redis' && engine !== 'valkey') {
      return 'eviction_policy is only supported for Redis or Valkey Database Clusters'
    }
    return undefined
  },

  async create(api, wanted, work) {
    const words = 'Error creating database cluster'
    const made = await attempt(words, api.post('/v2/databases', bodyOf(wanted)))
    const id = String(member(made, 'database', 'id'))
    // As the real plugin: a wait that fails forgets the id, and the cluster stays.
    await attempt(words, online(api, id, work))
    return id
  },

  async ready(api, id, wanted) {
    if (!hasWindow(wanted)) return
    const words = 'Error adding maintenance window for database cluster'
    await attempt(words, putWindow(api, id, wanted))
  },

  async read(api, id, known, reason) {
    const path = `/v2/databases/${id}`
    const found = await fetchObject(api, path, 'database', 'Error retrieving database cluster')
    const { maintenance_window: window } = found
    return {
      name: found.name!,
      engine: found.engine!,
      version: found.version!,
      size: found.size!,
      region: found.region!,
      nodeCount: found.num_nodes!,
      storageSizeMib: String(found.storage_size_mib ?? 0),
      // As recorded: after an update the state has the tags that were wanted.
      ...(reason !== 'update' && { tags: found.tags ?? [] }),
      ...(reason === 'import' && { maintenanceWindows: [] }),
      ...(hasWindow(known) && {
        maintenanceWindows: [
          {
            day: member({ window: window! }, 'window', 'day'),
            hour: member({ window: window! }, 'window', 'hour'),
          },
        ],
      }),
      ...connectionOf(found, known, reason === 'import'),
      metricsEndpoints: endpoints(found.metrics_endpoints),
      clusterUrn: `do:dbaas:${id}`,
      privateNetworkUuid: found.private_network_uuid!,
      projectId: found.project_id!,
    }
  },

  async update(api, id, { old, wanted, changes }, work) {
    const path = `/v2/databases/${id}`
    if (changes('size', 'nodeCount', 'storageSizeMib')) {
      const body = {
        size: wanted.size!,
        num_nodes: wanted.nodeCount!,
        ...(changes('storageSizeMib') && { storage_size_mib: Number(wanted.storageSizeMib) }),
      }
      const words = 'Error resizing database cluster'
      await goneOr(attempt(words, api.call('PUT', `${path}/resize`, body)))
      await attempt(words, online(api, id, work))
    }
    if (changes('region')) {
      const words = 'Error migrating database cluster'
      const body = { region: wanted.region!, private_network_uuid: '' }
      await goneOr(attempt(words, api.call('PUT', `${path}/migrate`, body)))
      await attempt(words, online(api, id, work))
    }
    if (changes('maintenanceWindows') && hasWindow(wanted)) {
      const words = 'Error updating maintenance window for database cluster'
      await goneOr(attempt(words, putWindow(api, id, wanted)))
    }
    if (changes('version')) {
      // Nobody waits for it.
      const body = { version: wanted.version! }
      const words = 'Error upgrading version for database cluster'
      await attempt(words, api.call('PUT', `${path}/upgrade`, body))
    }
    if (changes('tags')) {
      await retag(api, 'database', id, old.tags, wanted.tags)
    }
  },

  async delete(api, id) {
    const call = api.call('DELETE', `/v2/databases/${id}`)
    await attempt('Error deleting database cluster', call)
  },
}

/** The real plugin asks every 15 s. */
async function online(api: DigitalOcean, id: string, work: Work): Promise<void> {
  await waitFor(work, async () => {
    try {
      const found = await api.get(`/v2/databases/${id}`)
      return member(found, 'database', 'status') === 'online' || undefined
    } catch (error) {
      if (isGone(error)) return undefined
      throw new Error(`Error trying to read database cluster state: ${(error as Error).message}`)
    }
  }).catch((error: Error) => {
    if (error.message !== 'context deadline exceeded') throw error
    throw new Error('Timeout waiting to database cluster to become online')
  })
}

async function goneOr<T>(call: Promise<T>): Promise<T> {
  return call.catch((error) => {
    throw error instanceof ApiError && isGone(error) ? new NotFound(error.message) : error
  })
}

function bodyOf(wanted: Values): Values {
  const { storageSizeMib } = wanted
  return {
    name: wanted.name!,
    engine: wanted.engine!,
    version: wanted.version!,
    size: wanted.size!,
    region: wanted.region!,
    num_nodes: wanted.nodeCount!,
    private_network_uuid: wanted.privateNetworkUuid ?? '',
    tags: wanted.tags ?? [],
    project_id: wanted.projectId ?? '',
    ...(storageSizeMib && { storage_size_mib: Number(storageSizeMib) }),
    rules: null,
  }
}

const windowsOf = ({ maintenanceWindows: all }: Values): Values[] =>
  Array.isArray(all) ? all.filter(isObject) : []

const hasWindow = (values: Values): boolean => windowsOf(values).length > 0

function putWindow(api: DigitalOcean, id: string, wanted: Values): Promise<Values> {
  const [{ day = '', hour = '' } = {}] = windowsOf(wanted)
  return api.call('PUT', `/v2/databases/${id}/maintenance`, { day, hour })
}

function endpoints(given: Value | undefined): Value[] {
  return (Array.isArray(given) ? given.filter(isObject) : []).map(
    ({ host, port }) => `${host}:${port}`,
  )
}

/**
 * How the real plugin tells the connections of a cluster or a pool: its password is the state's where
 * the API has none.
 * @param early the first URI is made before the password is read, as in a cluster's import
 */
export function connectionOf(found: Values, known: Values, early = false): Values {
  const open = member(found, 'connection')
  const own = member(found, 'private_connection')
  const password = (isObject(open) && open.password) || known.password || ''
  return {
    ...(isObject(open) && {
      host: open.host!,
      port: open.port!,
      uri: uriOf(open, early ? '' : String(password)),
      database: open.database!,
      user: open.user!,
      ...(password !== '' && { password }),
    }),
    ...(isObject(own) && { privateHost: own.host!, privateUri: uriOf(own, String(password)) }),
  }
}

function uriOf({ uri, user }: Values, password: string): string {
  const escaped = [String(user), password].map((part) => encodeURIComponent(part)).join(':')
  return String(uri).replace(/^([a-z]+:\/\/)(?:[^@/]*@)?/, `$1${escaped}@`)
}
