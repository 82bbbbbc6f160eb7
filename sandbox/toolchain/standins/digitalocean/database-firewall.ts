import type {
  DatabaseFirewallArgs,
  DatabaseFirewallState,
} from '@pulumi/digitalocean/databaseFirewall.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean, isGone } from './api.ts'
import { notEmpty } from './database-cluster.ts'
import { timestamp } from './timestamp.ts'

const TYPES = ['ip_addr', 'droplet', 'k8s', 'tag', 'app']
/** Go's zero time, which godo sends. */
const NEVER = '0001-01-01T00:00:00Z'

export const databaseFirewall: Resource<DigitalOcean, DatabaseFirewallArgs, DatabaseFirewallState> =
  {
    token: 'digitalocean:index/databaseFirewall:DatabaseFirewall',
    inputs: {
      clusterId: { type: 'string', required: true, replaces: true, check: notEmpty },
      rules: {
        type: 'set',
        required: true,
        apiName: 'rule',
        of: {
          type: 'object',
          fields: {
            type: {
              type: 'string',
              required: true,
              check: (value, name) =>
                TYPES.includes(String(value))
                  ? undefined
                  : `expected ${name} to be one of [${TYPES.map((one) => `"${one}"`).join(' ')}], got ${value}`,
            },
            value: { type: 'string', required: true, check: notEmpty },
            uuid: { type: 'string', readOnly: true },
            createdAt: { type: 'string', readOnly: true },
          },
        },
      },
    },
    outputs: {},

    async create(api, { clusterId, rules }) {
      await put(api, clusterId!, bodyOf(rules), 'Error creating DatabaseFirewall')
      return `${clusterId}-${timestamp()}`
    },

    async read(api, _id, { clusterId }) {
      const call = api.get(`/v2/databases/${clusterId}/firewall`)
      const answer = await attempt('Error retrieving DatabaseFirewall', call).catch((error) => {
        throw isGone(error) ? new NotFound(error.message) : error
      })
      const found = Array.isArray(answer.rules) ? answer.rules.filter(isObject) : []
      return {
        rules: found.map((rule) => ({
          type: rule.type!,
          value: rule.value!,
          uuid: rule.uuid!,
          createdAt: rule.created_at!,
        })),
      }
    },

    async update(api, _id, { wanted }) {
      await put(api, wanted.clusterId!, bodyOf(wanted.rules), 'Error updating DatabaseFirewall')
    },

    // An empty list, which opens the cluster to the internet.
    async delete(api, _id, { clusterId }) {
      await put(api, clusterId!, [], 'Error deleting DatabaseFirewall')
    },
  }

async function put(api: DigitalOcean, cluster: Value, rules: Value[], words: string) {
  await attempt(words, api.call('PUT', `/v2/databases/${cluster}/firewall`, { rules }))
}

const bodyOf = (rules: Value | undefined): Values[] =>
  (Array.isArray(rules) ? rules.filter(isObject) : []).map(({ type, value, uuid }) => ({
    uuid: uuid ?? '',
    cluster_uuid: '',
    type: type!,
    value: value!,
    created_at: NEVER,
  }))
