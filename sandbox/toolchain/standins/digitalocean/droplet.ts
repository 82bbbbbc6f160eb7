import { createHash } from 'node:crypto'
import type { DropletArgs, DropletState } from '@pulumi/digitalocean/droplet.js'
import type { Resource } from '../bridge/resource.ts'
import type { Property } from '../bridge/schema.ts'
import { isObject, UNKNOWN, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { destroyDroplet, untilReady, updateDroplet } from './droplet-actions.ts'
import { fetchObject, member } from './reading.ts'
import { tagProblem } from './tag.ts'

const computed = (type: Property['type']): Property => ({ type, computed: true })
const notEmpty = (value: Value, name: string) =>
  value === '' ? `${name} must not be empty, got ` : undefined

export const droplet: Resource<DigitalOcean, DropletArgs, DropletState> = {
  token: 'digitalocean:index/droplet:Droplet',
  autonamed: 'name',
  schemaVersion: 1,
  timeouts: { create: 3600, update: 3600, delete: 60 },
  inputs: {
    name: { type: 'string', check: notEmpty },
    image: { type: 'string', required: true, replaces: true, check: notEmpty },
    region: { type: 'string', computed: true, replaces: true },
    size: { type: 'string', required: true, check: notEmpty },
    sshKeys: { type: 'set', replaces: true, of: { type: 'string', check: notEmpty } },
    userData: {
      type: 'string',
      replaces: true,
      check: notEmpty,
      stored: (text) => createHash('sha1').update(text).digest('hex'),
    },
    tags: { type: 'set', of: { type: 'string', check: tagProblem } },
    vpcUuid: { type: 'string', computed: true, replaces: true, check: notEmpty },
    ipv6: {
      type: 'boolean',
      byDefault: false,
      replacesIf: (old, planned) => old === true && planned !== true,
    },
    ipv6Address: computed('string'),
    monitoring: { type: 'boolean', byDefault: false, replaces: true },
    dropletAgent: { type: 'boolean', replaces: true },
    publicNetworking: { type: 'boolean', computed: true, replaces: true },
    privateNetworking: computed('boolean'),
    resizeDisk: { type: 'boolean', filledIn: true, byDefault: true },
    gracefulShutdown: { type: 'boolean', byDefault: false },
    backups: { type: 'boolean', byDefault: false },
    backupPolicy: {
      type: 'object',
      fields: {
        hour: { type: 'number' },
        plan: {
          type: 'string',
          check: (value, name) =>
            value === 'daily' || value === 'weekly'
              ? undefined
              : `expected ${name} to be one of ["daily" "weekly"], got ${value}`,
        },
        weekday: { type: 'string' },
      },
    },
    gpuPartitionMode: { type: 'string', replaces: true, unsupported: true },
    volumeIds: { type: 'set', computed: true, unsupported: true },
  },
  outputs: {
    createdAt: computed('string'),
    disk: computed('number'),
    dropletUrn: computed('string'),
    ipv4Address: computed('string'),
    ipv4AddressPrivate: computed('string'),
    locked: computed('boolean'),
    memory: computed('number'),
    priceHourly: computed('number'),
    priceMonthly: computed('number'),
    status: computed('string'),
    vcpus: computed('number'),
  },

  checkTogether({ backupPolicy, backups }) {
    if (!backupPolicy || backups !== undefined) return undefined
    const reason =
      'Missing required argument. "backup_policy": all of `backup_policy,backups` must be specified'
    return { property: 'backupPolicy', reason }
  },

  replan(planned, state) {
    if (planned.ipv6 === true && state.ipv6 !== true) planned.ipv6Address = UNKNOWN
  },

  async create(api, wanted) {
    if (wanted.backupPolicy && !wanted.backups) {
      throw new Error('backup_policy can only be set when backups are enabled')
    }
    const made = await attempt('Error creating droplet', api.post('/v2/droplets', bodyOf(wanted)))
    return String(member(made, 'droplet', 'id'))
  },

  ready: (api, id, _wanted, work) => untilReady(api, id, work),

  async read(api, id, known, reason) {
    const path = `/v2/droplets/${id}`
    const found = await fetchObject(api, path, 'droplet', 'Error retrieving droplet')
    return { ...outputsOf(found, known), ...(reason === 'import' && { resizeDisk: true }) }
  },

  update: updateDroplet,
  delete: destroyDroplet,
}

/** Ids are sent as numbers, slugs and fingerprints as texts. */
function numberOrText(value: Value): Value {
  return /^\d+$/.test(String(value)) ? Number(value) : value
}

function bodyOf(wanted: Values): Values {
  const list = (value: Value | undefined) => (Array.isArray(value) ? value : [])
  const keys = list(wanted.sshKeys).map(numberOrText)
  return {
    name: wanted.name!,
    region: wanted.region ?? '',
    size: wanted.size!,
    image: numberOrText(wanted.image!),
    ssh_keys: keys.length ? keys : null,
    backups: wanted.backups ?? false,
    ipv6: wanted.ipv6 ?? false,
    private_networking: wanted.privateNetworking ?? false,
    monitoring: wanted.monitoring ?? false,
    ...(wanted.userData && { user_data: wanted.userData }),
    tags: list(wanted.tags),
    ...(wanted.vpcUuid && { vpc_uuid: wanted.vpcUuid }),
    ...(wanted.publicNetworking !== null && { public_networking: wanted.publicNetworking! }),
    ...(wanted.dropletAgent !== null && { with_droplet_agent: wanted.dropletAgent! }),
    ...(wanted.backupPolicy && { backup_policy: wanted.backupPolicy }),
  }
}

export function outputsOf(found: Values, known: Values): Values {
  const features = Array.isArray(found.features) ? found.features : []
  const address = (version: 'v4' | 'v6', type: string): string => {
    const list = member(found, 'networks', version)
    const one = Array.isArray(list) ? list.filter(isObject).find((net) => net.type === type) : null
    return String(one?.ip_address ?? '').toLowerCase()
  }
  const publicAddress = address('v4', 'public')
  return {
    name: found.name!,
    image: member(found, 'image', 'slug') || String(member(found, 'image', 'id') ?? known.image),
    region: member(found, 'region', 'slug'),
    size: member(found, 'size', 'slug'),
    priceHourly: member(found, 'size', 'price_hourly'),
    priceMonthly: member(found, 'size', 'price_monthly'),
    disk: found.disk!,
    memory: found.memory!,
    vcpus: found.vcpus!,
    status: found.status!,
    locked: found.locked!,
    createdAt: found.created_at!,
    vpcUuid: found.vpc_uuid ?? '',
    dropletUrn: `do:droplet:${found.id}`,
    ipv4Address: publicAddress,
    ipv4AddressPrivate: address('v4', 'private'),
    ipv6Address: address('v6', 'public'),
    ipv6: features.includes('ipv6'),
    backups: features.includes('backups'),
    monitoring: features.includes('monitoring'),
    privateNetworking: features.includes('private_networking'),
    publicNetworking: publicAddress !== '',
    tags: found.tags ?? [],
    volumeIds: found.volume_ids ?? [],
  }
}
