import type { SshKeyArgs, SshKeyState } from '@pulumi/digitalocean/sshKey.js'
import type { Resource } from '../bridge/resource.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'

export const sshKey: Resource<DigitalOcean, SshKeyArgs, SshKeyState> = {
  token: 'digitalocean:index/sshKey:SshKey',
  autonamed: 'name',
  timeouts: { create: 120 },
  inputs: {
    name: {
      type: 'string',
      check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
    },
    publicKey: {
      type: 'string',
      required: true,
      replaces: true,
      check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
    },
  },
  outputs: { fingerprint: { type: 'string', computed: true } },

  async create(api, wanted) {
    const body = { name: wanted.name!, public_key: wanted.publicKey! }
    const made = await attempt('Error creating SSH Key', api.post('/v2/account/keys', body))
    return String(member(made, 'ssh_key', 'id'))
  },

  async ready(api, id) {
    await attempt('Error retrieving SSH Key', api.get(`/v2/account/keys/${id}`))
  },

  async read(api, id) {
    if (!/^\d+$/.test(id)) {
      throw new Error(`invalid SSH key id: strconv.Atoi: parsing "${id}": invalid syntax`)
    }
    const path = `/v2/account/keys/${id}`
    const key = await fetchObject(api, path, 'ssh_key', 'Error retrieving SSH key')
    return {
      name: key.name!,
      publicKey: key.public_key!,
      fingerprint: key.fingerprint!,
    }
  },

  async update(api, id, { wanted }) {
    const call = api.call('PUT', `/v2/account/keys/${id}`, { name: wanted.name! })
    await attempt('Failed to update SSH key', call)
  },

  async delete(api, id) {
    await attempt('Error deleting SSH key', api.call('DELETE', `/v2/account/keys/${id}`))
  },
}
