import type { DomainArgs, DomainState } from '@pulumi/digitalocean/domain.js'
import { multierror, type Resource } from '../bridge/resource.ts'
import type { FunctionHandler } from '../server/types.ts'
import { isUnknown } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { argumentFailures, invoking } from './functions.ts'
import { fetchObject } from './reading.ts'

export const domain: Resource<DigitalOcean, DomainArgs, DomainState> = {
  token: 'digitalocean:index/domain:Domain',
  inputs: {
    name: {
      type: 'string',
      required: true,
      replaces: true,
      check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
    },
    ipAddress: { type: 'string', replaces: true },
  },
  outputs: {
    domainUrn: { type: 'string', computed: true },
    ttl: { type: 'number', computed: true },
  },

  async create(api, { name, ipAddress }) {
    const body = { name: name!, ...(ipAddress && { ip_address: ipAddress }) }
    await attempt('Error creating Domain', api.post('/v2/domains', body))
    return String(name)
  },

  async read(api, id) {
    const domain = await fetchObject(api, `/v2/domains/${id}`, 'domain', 'Error retrieving domain')
    return { name: domain.name!, ttl: domain.ttl!, domainUrn: `do:domain:${domain.name}` }
  },

  async delete(api, id) {
    await attempt('Error deleting Domain', api.call('DELETE', `/v2/domains/${id}`))
  },
}

export const getDomain: FunctionHandler<DigitalOcean> = async ({ token, args }, { client }) => {
  const { values, failures } = argumentFailures(args, ['name'])
  if (failures.length) return { failures }
  const { name } = values
  if (isUnknown(name)) {
    const text = 'Error retrieving domain: name is invalid because cannot be an empty string'
    throw new Error(`invoking ${token}: ${multierror(text)}`)
  }
  const found = await invoking(
    token,
    fetchObject(client, `/v2/domains/${name}`, 'domain'),
    'domain not found',
    'Error retrieving domain',
  )
  return {
    return: {
      id: name!,
      name: found.name!,
      ttl: found.ttl!,
      domainUrn: `do:domain:${found.name}`,
      zoneFile: found.zone_file ?? '',
    },
  }
}
