import type { DatabaseDbArgs, DatabaseDbState } from '@pulumi/digitalocean/databaseDb.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { notEmpty } from './database-cluster.ts'
import { fetchObject, member } from './reading.ts'

export const databaseDb: Resource<DigitalOcean, DatabaseDbArgs, DatabaseDbState> = {
  token: 'digitalocean:index/databaseDb:DatabaseDb',
  autonamed: 'name',
  inputs: {
    clusterId: { type: 'string', required: true, replaces: true, check: notEmpty },
    name: { type: 'string', replaces: true, check: notEmpty },
  },
  outputs: {},

  async create(api, { clusterId, name }) {
    const call = api.post(`/v2/databases/${clusterId}/dbs`, { name: name! })
    const made = await attempt('Error creating Database DB', call)
    return `${clusterId}/database/${member(made, 'db', 'name')}`
  },

  async read(api, id, { clusterId, name }, reason) {
    if (reason === 'import') throw new NotFound(`no database is found by '${id}'`)
    const path = `/v2/databases/${clusterId}/dbs/${name}`
    await fetchObject(api, path, 'db', 'Error retrieving Database DB')
    return {}
  },

  async delete(api, _id, { clusterId, name }) {
    const call = api.call('DELETE', `/v2/databases/${clusterId}/dbs/${name}`)
    await attempt('Error deleting Database DB', call)
  },
}
