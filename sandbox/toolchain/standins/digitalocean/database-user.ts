import type { DatabaseUserArgs, DatabaseUserState } from '@pulumi/digitalocean/databaseUser.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import type { Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { notEmpty } from './database-cluster.ts'
import { fetchObject, member } from './reading.ts'

const PLUGINS = ['mysql_native_password', 'caching_sha2_password']

/** What the API said of users that were made just now: the real plugin asks it no second time. */
const fresh = new Map<string, Values>()

export const databaseUser: Resource<DigitalOcean, DatabaseUserArgs, DatabaseUserState> = {
  token: 'digitalocean:index/databaseUser:DatabaseUser',
  autonamed: 'name',
  inputs: {
    clusterId: { type: 'string', required: true, replaces: true, check: notEmpty },
    name: { type: 'string', replaces: true, check: notEmpty },
    mysqlAuthPlugin: {
      type: 'string',
      check: (value, name) =>
        PLUGINS.includes(String(value))
          ? undefined
          : `expected ${name} to be one of [${PLUGINS.map((one) => `"${one}"`).join(' ')}], got ${value}`,
    },
    settings: { type: 'list', of: { type: 'object', fields: {} }, unsupported: true },
  },
  outputs: {
    role: { type: 'string', computed: true },
    password: { type: 'string', computed: true, secret: true },
    accessCert: { type: 'string', computed: true, secret: true },
    accessKey: { type: 'string', computed: true, secret: true },
  },

  async create(api, { clusterId, name }) {
    const call = api.post(`/v2/databases/${clusterId}/users`, { name: name! })
    const made = await attempt('Error creating Database User', call)
    const id = `${clusterId}/user/${member(made, 'user', 'name')}`
    fresh.set(id, attributesOf(made.user as Values))
    return id
  },

  async read(api, id, { clusterId, name }, reason) {
    if (reason === 'import') throw new NotFound(`no user is found by '${id}'`)
    const made = fresh.get(id)
    fresh.delete(id)
    if (reason === 'create' && made) return made
    const path = `/v2/databases/${clusterId}/users/${name}`
    return attributesOf(await fetchObject(api, path, 'user', 'Error retrieving Database User'))
  },

  async delete(api, _id, { clusterId, name }) {
    const call = api.call('DELETE', `/v2/databases/${clusterId}/users/${name}`)
    await attempt('Error deleting Database User', call)
  },
}

const attributesOf = ({ role, password }: Values): Values => ({
  role: role || 'normal',
  ...(password && { password }),
})
