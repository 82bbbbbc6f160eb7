import type { SpacesKeyArgs, SpacesKeyState } from '@pulumi/digitalocean/spacesKey.js'
import type { Resource } from '../bridge/resource.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'

/** Told once, by the answer to the creation; taken by the reading that follows it. */
const secrets = new Map<string, Value>()

/** After the provider's source, digitalocean/spaces/resource_spaces_key.go. */
export const spacesKey: Resource<DigitalOcean, SpacesKeyArgs, SpacesKeyState> = {
  token: 'digitalocean:index/spacesKey:SpacesKey',
  autonamed: 'name',
  inputs: {
    name: { type: 'string' },
    grants: {
      type: 'list',
      apiName: 'grant',
      of: {
        type: 'object',
        fields: {
          bucket: { type: 'string', required: true },
          permission: { type: 'string', required: true },
        },
      },
    },
  },
  outputs: {
    accessKey: { type: 'string', computed: true },
    secretKey: { type: 'string', computed: true, secret: true },
    createdAt: { type: 'string', computed: true },
  },

  async create(api, wanted) {
    const call = api.post('/v2/spaces/keys', bodyOf(wanted))
    const made = await attempt('Error creating Spaces key', call)
    const id = String(member(made, 'key', 'access_key'))
    secrets.set(id, member(made, 'key', 'secret_key') ?? '')
    return id
  },

  async read(api, id, known) {
    const key = await fetchObject(api, `/v2/spaces/keys/${id}`, 'key', 'Error reading Spaces key')
    const secretKey = secrets.get(id) ?? known.secretKey ?? ''
    secrets.delete(id)
    return {
      name: key.name!,
      accessKey: id,
      secretKey,
      createdAt: key.created_at!,
      grants: grantsIn(key.grants).map(({ bucket, permission }) => ({
        bucket: bucket ?? '',
        permission: permission!,
      })),
    }
  },

  async update(api, id, { wanted }) {
    const call = api.call('PUT', `/v2/spaces/keys/${id}`, bodyOf(wanted))
    await attempt('Error updating Spaces key', call)
  },

  async delete(api, id) {
    await attempt('Error deleting Spaces key', api.call('DELETE', `/v2/spaces/keys/${id}`))
  },
}

/** A permission that the plugin does not know is sent as an empty one. */
const bodyOf = ({ name, grants }: Values): Values => ({
  name: name!,
  grants: grantsIn(grants).map(({ bucket, permission }) => ({
    bucket: bucket ?? '',
    permission: ['read', 'readwrite', 'fullaccess'].includes(String(permission)) ? permission! : '',
  })),
})

const grantsIn = (value: Value | undefined): Values[] =>
  Array.isArray(value) ? value.filter((one) => isObject(one)) : []
