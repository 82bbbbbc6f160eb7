import { isIPv4, isIPv6 } from 'node:net'
import { unprocessable } from './errors.ts'
import { knownTag } from './membership.ts'
import { type Body, integers, objects, text, texts } from './request.ts'
import type { FirewallRow, Peers, RuleRow, State } from './state.ts'

const MOST_RULES = 50
const MOST_DROPLETS = 10
const MOST_TAGS = 5

export interface FirewallRequest {
  name: string
  inbound: RuleRow[]
  outbound: RuleRow[]
  dropletIds: number[]
  tags: string[]
}

/** Checks the body of a POST or PUT of a whole firewall. */
export function readFirewall(body: Body, state: State): FirewallRequest {
  const name = text(body, 'name') ?? ''
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]+$/.test(name)) {
    throw unprocessable('name may only contain alphanumeric characters, dashes, and periods')
  }
  const request: FirewallRequest = {
    name,
    ...readRules(body, state),
    dropletIds: integers(body, 'droplet_ids'),
    tags: readTags(body, 'tags', state),
  }
  checkWhole(request, state)
  return request
}

/** Checks `inbound_rules` and `outbound_rules` of a body. */
export function readRules(body: Body, state: State): Pick<FirewallRow, 'inbound' | 'outbound'> {
  const read = (key: string, side: string) =>
    objects(body, key).map((rule) => readRule(rule, side, state))
  return {
    inbound: read('inbound_rules', 'sources'),
    outbound: read('outbound_rules', 'destinations'),
  }
}

/** Checks what holds for a firewall as a whole, also after a part of it changed. */
export function checkWhole(firewall: Omit<FirewallRequest, 'name'>, state: State): void {
  const { inbound, outbound, dropletIds, tags } = firewall
  const count = inbound.length + outbound.length
  if (count === 0) throw unprocessable('must have at least one rule')
  if (count > MOST_RULES) throw unprocessable(`cannot have more than ${MOST_RULES} rules`)
  if (new Set(dropletIds).size > MOST_DROPLETS) {
    throw unprocessable(`cannot be applied to more than ${MOST_DROPLETS} droplets`)
  }
  if (tags.length > MOST_TAGS) throw unprocessable(`cannot have more than ${MOST_TAGS} tags`)
  for (const rules of [inbound, outbound]) {
    const texts = rules.map((rule) => JSON.stringify(rule))
    if (new Set(texts).size < texts.length) throw unprocessable('duplicate rule')
  }
  const missing = dropletIds.find((id) => !state.droplets.some((droplet) => droplet.id === id))
  if (missing !== undefined) throw unprocessable(`droplet ${missing} does not exist`)
}

export function readTags(body: Body, key: string, state: State): string[] {
  return texts(body, key).map((name) => {
    const tag = knownTag(state, name)
    if (tag === undefined) throw unprocessable(`tag ${name} does not exist`)
    return tag
  })
}

function readRule(rule: Body, side: string, state: State): RuleRow {
  const protocol = (text(rule, 'protocol') ?? '') as RuleRow['protocol']
  if (!['tcp', 'udp', 'icmp'].includes(protocol)) {
    throw unprocessable('protocol must be one of: tcp, udp, icmp')
  }
  const peers = readPeers((rule[side] ?? {}) as Body, state)
  if (Object.keys(peers).length === 0) throw unprocessable(`${side} must not be empty`)
  return { protocol, ports: readPorts(text(rule, 'ports'), protocol), peers }
}

/** The API's own form: `0` stands for all ports, and for ICMP, which has none. */
function readPorts(ports: string | undefined, protocol: string): string {
  if (protocol === 'icmp') return '0'
  if (ports === 'all' || ports === '0') return '0'
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports ?? '') ?? []
  if (first === undefined) throw unprocessable('you must specify a valid range for ports')
  const [from, to] = [Number(first), Number(last)]
  if (from < 1 || to > 65535 || from > to) throw unprocessable('invalid port range')
  return from === to ? String(from) : `${from}-${to}`
}

function readPeers(given: Body, state: State): Peers {
  const peers: Peers = {}
  const addresses = texts(given, 'addresses')
  for (const address of addresses) {
    if (!isNetwork(address)) throw unprocessable(`invalid address: ${address}`)
  }
  if (addresses.length > 0) peers.addresses = addresses
  const tags = readTags(given, 'tags', state)
  if (tags.length > 0) peers.tags = tags
  const dropletIds = integers(given, 'droplet_ids')
  if (dropletIds.length > 0) peers.droplet_ids = dropletIds
  for (const key of ['load_balancer_uids', 'kubernetes_ids'] as const) {
    const ids = texts(given, key)
    if (ids.length > 0) peers[key] = ids
  }
  return peers
}

/** An IPv4 or IPv6 address, with or without the length of its prefix. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  if (most < 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}
