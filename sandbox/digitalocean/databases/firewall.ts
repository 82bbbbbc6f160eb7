/** `/v2/databases/ID/firewall`, and what its rules let in. */
import { randomUUID } from 'node:crypto'
import { BlockList, isIPv4 } from 'node:net'
import type { Network } from '../../types.ts'
import type { Context } from '../context.ts'
import { unprocessable } from '../errors.ts'
import { knownTag } from '../membership.ts'
import { type Body, bodyOf, objects, text } from '../request.ts'
import { type DropletRow, type State, timestamp } from '../state.ts'
import { clusterOf } from './find.ts'
import type { DatabaseRow, DatabaseRuleRow } from './rows.ts'
import { ruleView } from './views.ts'

const TYPES = ['ip_addr', 'droplet', 'tag', 'k8s', 'app']
const MOST_RULES = 100

export function databaseFirewallRoutes({ app, store }: Context): void {
  const { state } = store
  const path = '/v2/databases/:id/firewall'

  app.get(path, async (request) => {
    const cluster = clusterOf(state, request)
    return { rules: cluster.rules.map((rule) => ruleView(rule, cluster)) }
  })

  // The whole list takes the place of the one before; an empty one opens the cluster to everybody.
  app.put(path, async (request, reply) => {
    const cluster = clusterOf(state, request)
    cluster.rules = readRules(bodyOf(request), state, cluster.rules)
    store.changed()
    return reply.code(204).send()
  })
}

/** Checks `rules` of a body. */
export function readRules(body: Body, state: State, former: DatabaseRuleRow[] = []) {
  const rules = objects(body, 'rules').map((rule) => readRule(rule, state, former))
  if (rules.length > MOST_RULES) throw unprocessable(`at most ${MOST_RULES} rules`)
  const keys = rules.map(({ type, value }) => `${type} ${value}`)
  if (new Set(keys).size < keys.length) throw unprocessable('duplicate rule')
  return rules
}

function readRule(rule: Body, state: State, former: DatabaseRuleRow[]): DatabaseRuleRow {
  const type = text(rule, 'type') ?? ''
  const value = text(rule, 'value') ?? ''
  if (!TYPES.includes(type)) throw unprocessable(`invalid rule type: one of ${TYPES.join(', ')}`)
  if (value === '') throw unprocessable('a rule must have a value')
  if (type === 'ip_addr' && !isNetwork(value)) {
    throw unprocessable(`invalid rule value ${value}: an IPv4 address or a network of them`)
  }
  if (type === 'tag' && knownTag(state, value) === undefined) {
    throw unprocessable(`invalid rule value: there is no tag ${value}`)
  }
  if (type === 'droplet' && !state.droplets.some(({ id }) => String(id) === value)) {
    throw unprocessable(`invalid rule value: there is no droplet ${value}`)
  }
  const same = former.find((one) => one.type === type && one.value === value)
  return (
    same ?? {
      id: randomUUID(),
      type: type as DatabaseRuleRow['type'],
      value,
      createdAt: timestamp(),
    }
  )
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '32', ...more] = text.split('/')
  return isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && more.length === 0
}

/** Is the cluster open to the internet? It is until there is a rule. */
export const isOpen = ({ rules }: DatabaseRow): boolean => rules.length === 0

/** Does the cluster let this droplet in, which comes from its address in that network? */
export function admitsDroplet(cluster: DatabaseRow, droplet: DropletRow, over: Network): boolean {
  return (
    isOpen(cluster) ||
    cluster.rules.some(
      ({ type, value }) =>
        (type === 'droplet' && value === String(droplet.id)) ||
        (type === 'tag' && droplet.tags.some((tag) => tag.toLowerCase() === value.toLowerCase())),
    ) ||
    admitsAddress(cluster, over === 'private' ? droplet.privateAddress : droplet.publicAddress)
  )
}

/** Does the cluster let this address in? */
export function admitsAddress(cluster: DatabaseRow, source: string): boolean {
  if (isOpen(cluster)) return true
  const list = new BlockList()
  for (const { type, value } of cluster.rules) {
    const [address = '', bits = '32'] = value.split('/')
    if (type === 'ip_addr') list.addSubnet(address, Number(bits), 'ipv4')
  }
  const address = source.replace(/^::ffff:(?=\d+\.)/i, '')
  return isIPv4(address) && list.check(address, 'ipv4')
}
