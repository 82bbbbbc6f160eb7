import type { DnsRecordArgs, DnsRecordState } from '@pulumi/digitalocean/dnsRecord.js'
import type { Resource } from '../bridge/resource.ts'
import { isUnknown, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean, isGone } from './api.ts'
import { fetchObject } from './reading.ts'

const TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'TXT', 'SRV', 'SOA']

/** Which properties a type cannot do without, in the order in which they are asked for. */
const NEEDED: Record<string, string[]> = {
  MX: ['priority'],
  SRV: ['priority', 'weight'],
  CAA: ['flags', 'tag'],
}

/** The values of these types are host names, which end in a dot in the state. */
const HOST_TYPES = ['CNAME', 'MX', 'NS', 'SRV', 'CAA']

const between = (low: number, high: number) => (value: Value, name: string) =>
  Number(value) >= low && Number(value) <= high
    ? undefined
    : `expected ${name} to be in the range (${low} - ${high}), got ${value}`

export const dnsRecord: Resource<DigitalOcean, DnsRecordArgs, DnsRecordState> = {
  token: 'digitalocean:index/dnsRecord:DnsRecord',
  autonamed: 'name',
  inputs: {
    domain: { type: 'string', required: true, replaces: true },
    type: {
      type: 'string',
      required: true,
      replaces: true,
      check: (value, name) =>
        TYPES.includes(String(value))
          ? undefined
          : `expected ${name} to be one of [${TYPES.map((type) => `"${type}"`).join(' ')}], got ${value}`,
    },
    name: { type: 'string' },
    value: { type: 'string', required: true },
    ttl: {
      type: 'number',
      computed: true,
      check: (value, name) =>
        Number(value) >= 1 ? undefined : `expected ${name} to be at least (1), got ${value}`,
    },
    priority: { type: 'number', check: between(0, 65535) },
    port: { type: 'number', check: between(0, 65535) },
    weight: { type: 'number', check: between(0, 65535) },
    flags: { type: 'number', check: between(0, 255) },
    tag: { type: 'string' },
  },
  outputs: { fqdn: { type: 'string', computed: true } },

  validate(inputs, state) {
    const missing = NEEDED[String(inputs.type)]?.find((name) => {
      if (isUnknown(inputs[name])) return true
      if ((inputs[name] ?? null) !== null) return false
      // A number that is left out later counts as 0.
      return name === 'tag' || (state?.[name] ?? null) === null
    })
    return missing && `\`${missing}\` is required for when type is \`${inputs.type}\``
  },

  async create(api, wanted) {
    const path = `/v2/domains/${wanted.domain}/records`
    const body = { type: wanted.type!, ...bodyOf(wanted) }
    const made = await attempt('Failed to create record', api.post(path, body))
    return String((made.domain_record as Values).id)
  },

  async read(api, id, known, reason) {
    // An import names both, as `example.com,123`.
    const [domain, number = id] =
      reason === 'import' && id.includes(',') ? id.split(',') : [known.domain, id]
    if (!domain) throw new Error('domain is invalid because cannot be an empty string')
    const path = `/v2/domains/${domain}/records/${number}`
    return outputsOf(await fetchObject(api, path, 'domain_record'), String(domain))
  },

  importedId: (id) => id.split(',').at(-1) ?? id,

  async update(api, id, { wanted }) {
    const path = `/v2/domains/${wanted.domain}/records/${id}`
    await attempt('Failed to update record', api.call('PUT', path, bodyOf(wanted)))
  },

  async delete(api, id, { domain }) {
    try {
      const call = api.call('DELETE', `/v2/domains/${domain}/records/${id}`)
      await attempt('Error deleting record', call)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  },
}

function bodyOf(wanted: Values): Values {
  return {
    name: wanted.name!,
    data: wanted.value!,
    priority: wanted.priority ?? 0,
    port: wanted.port ?? 0,
    ...(wanted.ttl && { ttl: wanted.ttl }),
    weight: wanted.weight ?? 0,
    flags: wanted.flags ?? 0,
    ...(wanted.tag && { tag: wanted.tag }),
  }
}

function outputsOf(record: Values, domain: string): Values {
  const { name, type } = record
  const value = String(record.data ?? '')
  const host = HOST_TYPES.includes(String(type)) && value !== '@' && !value.endsWith('.')
  return {
    domain,
    type: type!,
    name: name!,
    value: host ? `${value}.` : value,
    ttl: record.ttl ?? 0,
    priority: record.priority ?? 0,
    port: record.port ?? 0,
    weight: record.weight ?? 0,
    flags: record.flags ?? 0,
    tag: record.tag ?? '',
    fqdn: name === '@' ? domain : `${name}.${domain}`,
  }
}
