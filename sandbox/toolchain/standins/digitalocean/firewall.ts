import type { FirewallArgs, FirewallState } from '@pulumi/digitalocean/firewall.js'
import type { Resource } from '../bridge/resource.ts'
import type { Properties, Property } from '../bridge/schema.ts'
import { isObject, isUnknown, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { tagProblem } from './tag.ts'

/** The API's names of where traffic comes from or goes to, and the ends of ours. */
const ENDS = {
  Addresses: 'addresses',
  DropletIds: 'droplet_ids',
  KubernetesIds: 'kubernetes_ids',
  LoadBalancerUids: 'load_balancer_uids',
  Tags: 'tags',
}

type Side = 'source' | 'destination'

function rules(side: Side): Property {
  const fields: Properties = {
    protocol: {
      type: 'string',
      required: true,
      check: (value, name) =>
        ['tcp', 'udp', 'icmp'].includes(String(value))
          ? undefined
          : `expected ${name} to be one of ["tcp" "udp" "icmp"], got ${value}`,
    },
    portRange: {
      type: 'string',
      check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
    },
    [`${side}Addresses`]: { type: 'set' },
    [`${side}DropletIds`]: { type: 'set', of: { type: 'number' } },
    [`${side}KubernetesIds`]: { type: 'set' },
    [`${side}LoadBalancerUids`]: { type: 'set' },
    [`${side}Tags`]: { type: 'set', of: { type: 'string', check: tagProblem } },
  }
  return {
    type: 'set',
    apiName: side === 'source' ? 'inbound_rule' : 'outbound_rule',
    of: { type: 'object', fields },
  }
}

export const firewall: Resource<DigitalOcean, FirewallArgs, FirewallState> = {
  token: 'digitalocean:index/firewall:Firewall',
  autonamed: 'name',
  inputs: {
    name: {
      type: 'string',
      check: (value, name) => (value === '' ? `${name} must not be empty, got ` : undefined),
    },
    inboundRules: rules('source'),
    outboundRules: rules('destination'),
    dropletIds: { type: 'set', of: { type: 'number' } },
    tags: { type: 'set', of: { type: 'string', check: tagProblem } },
  },
  outputs: {
    createdAt: { type: 'string', computed: true },
    status: { type: 'string', computed: true },
    pendingChanges: { type: 'list', computed: true },
  },

  validate({ inboundRules, outboundRules }) {
    const [inbound, outbound] = [known(inboundRules), known(outboundRules)]
    if (!inbound.length && !outbound.length) return 'At least one rule must be specified'
    for (const [direction, list] of Object.entries({ inbound, outbound })) {
      if (list.some((rule) => rule.protocol !== 'icmp' && !rule.portRange)) {
        return `\`port_range\` of ${direction} rules is required if protocol is \`tcp\` or \`udp\``
      }
    }
    return undefined
  },

  async create(api, wanted) {
    const made = await attempt('Error creating firewall', api.post('/v2/firewalls', bodyOf(wanted)))
    return String(member(made, 'firewall', 'id'))
  },

  async read(api, id) {
    const path = `/v2/firewalls/${id}`
    const found = await fetchObject(api, path, 'firewall', 'Error retrieving firewall')
    return {
      name: found.name!,
      createdAt: found.created_at!,
      status: found.status!,
      pendingChanges: found.pending_changes ?? [],
      dropletIds: found.droplet_ids ?? [],
      tags: found.tags ?? [],
      inboundRules: fromApi(found.inbound_rules, 'source'),
      outboundRules: fromApi(found.outbound_rules, 'destination'),
    }
  },

  async update(api, id, { wanted }) {
    const call = api.call('PUT', `/v2/firewalls/${id}`, bodyOf(wanted))
    await attempt('Error updating firewall', call)
  },

  async delete(api, id) {
    await attempt('Error deleting firewall', api.call('DELETE', `/v2/firewalls/${id}`))
  },
}

function known(rules: Value | undefined): Values[] {
  return Array.isArray(rules) && !isUnknown(rules) ? rules.filter(isObject) : []
}

function bodyOf(wanted: Values): Values {
  const list = (value: Value | undefined) => (Array.isArray(value) && value.length ? value : null)
  return {
    name: wanted.name!,
    inbound_rules: toApi(known(wanted.inboundRules), 'source'),
    outbound_rules: toApi(known(wanted.outboundRules), 'destination'),
    droplet_ids: list(wanted.dropletIds),
    tags: list(wanted.tags) ?? [],
  }
}

function toApi(rules: Values[], side: Side): Value {
  if (!rules.length) return null
  return rules.map((rule) => {
    const ends: Values = {}
    for (const [end, name] of Object.entries(ENDS)) {
      const value = rule[side + end]
      if (Array.isArray(value) && value.length) ends[name] = value
    }
    return {
      protocol: rule.protocol!,
      ...(rule.portRange && { ports: rule.portRange }),
      [`${side}s`]: ends,
    }
  })
}

function fromApi(rules: Value | undefined, side: Side): Value {
  return known(rules).map((rule) => {
    const ends = Object.entries(ENDS).map(([end, name]): [string, Value] => [
      side + end,
      member(rule, `${side}s`, name) ?? [],
    ])
    return { protocol: rule.protocol!, portRange: portsOf(rule), ...Object.fromEntries(ends) }
  })
}

/** The API says "0" for all ports, and for icmp, which has none. */
function portsOf({ protocol, ports }: Values): string {
  if (ports !== '0') return String(ports ?? '')
  return protocol === 'icmp' ? '' : 'all'
}
