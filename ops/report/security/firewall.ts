import type { Properties } from '../preview.ts'
import { compare, type Resource } from '../resources.ts'
import { short } from '../visible.ts'
import { type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'firewall'

/** Which ports become reachable from where, in and out. */
export function firewall({ resources, config }: Change): Finding[] {
  return resources
    .filter((one) => one.kind === 'Firewall' && one.operation !== 'same')
    .flatMap((one) => (one.new ? ruleFindings(one, config) : removed(resources)))
}

/** A droplet without a firewall is open; one that goes as well is not. */
function removed(resources: Resource[]): Finding[] {
  const lives = resources.some((one) => one.kind === 'Droplet' && one.new)
  return lives
    ? [opens(TOPIC, 'Every port of the droplet to the whole internet: the firewall goes')]
    : []
}

function ruleFindings(one: Resource, config: Record<string, string>): Finding[] {
  const sides = (direction: Direction) =>
    [one.old, one.new].map((inputs) => rules(inputs, direction))
  const [inBefore = new Map(), inAfter = new Map()] = sides('inbound')
  const [outBefore = new Map(), outAfter = new Map()] = sides('outbound')
  const named = (port: string) => portName(port, config)
  return [
    ...perPort(inBefore, inAfter).flatMap(([port, { come, gone }]) => [
      ...(come.length > 0 ? [opens(TOPIC, `${named(port)} to ${places(come)}`)] : []),
      ...(gone.length > 0 ? [closes(TOPIC, `${named(port)} to ${places(gone)}`)] : []),
    ]),
    ...perPort(outBefore, outAfter).flatMap(([port, { come, gone }]) => [
      ...(come.length > 0 ? [opens(TOPIC, `the host’s way out: ${port} to ${places(come)}`)] : []),
      ...(gone.length > 0 ? [closes(TOPIC, `the host’s way out: ${port} to ${places(gone)}`)] : []),
    ]),
  ]
}

/** Ports that the whole internet could reach and no longer can; ssh is not for visitors. */
export function closedToAll(one: Resource, config: Record<string, string>): string[] {
  if (!one.old || !one.new) return []
  const ssh = `tcp ${setting(config, 'sshPort') ?? 22}`
  return perPort(rules(one.old, 'inbound'), rules(one.new, 'inbound'))
    .filter(([port, { gone }]) => port !== ssh && gone.includes('0.0.0.0/0'))
    .map(([port]) => portName(port, config))
}

type Direction = 'inbound' | 'outbound'
type Rules = Map<string, string[]>

/** Who may reach each `tcp 22`, or be reached at it; several rules of a port together. */
function rules(inputs: Properties | undefined, direction: Direction): Rules {
  const found: Rules = new Map()
  const list = inputs?.[`${direction}Rules`]
  const end = direction === 'inbound' ? 'source' : 'destination'
  for (const rule of (Array.isArray(list) ? list : []) as Properties[]) {
    const port = [rule.protocol, portRange(rule)].filter(Boolean).join(' ')
    const named = (property: string, word: string) =>
      listOf(rule[`${end}${property}`]).map((each) => `${word} ${each}`)
    const ends = [
      ...texts(rule[`${end}Addresses`]),
      ...named('Tags', 'droplets tagged'),
      ...named('DropletIds', 'droplet'),
      ...named('LoadBalancerUids', 'load balancer'),
      ...named('KubernetesIds', 'cluster'),
    ]
    found.set(port, [...new Set([...(found.get(port) ?? []), ...ends])])
  }
  return found
}

/** The API writes `0` and `all` for every port, and icmp has none. */
function portRange({ protocol, portRange }: Properties): string {
  if (protocol === 'icmp') return ''
  return portRange === undefined || ['0', 'all', '1-65535'].includes(String(portRange))
    ? 'all ports'
    : String(portRange)
}

function perPort(before: Rules, after: Rules): [string, { come: string[]; gone: string[] }][] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort(compare)
    .map((port) => [port, between(before.get(port) ?? [], after.get(port) ?? [])])
}

function portName(port: string, config: Record<string, string>): string {
  const known: Record<string, string> = {
    [`tcp ${setting(config, 'sshPort') ?? 22}`]: 'ssh',
    [`tcp ${setting(config, 'httpPort') ?? 80}`]: 'http',
    [`tcp ${setting(config, 'httpsPort') ?? 443}`]: 'https',
    [`udp ${setting(config, 'httpsPort') ?? 443}`]: 'HTTP/3',
  }
  return known[port] ? `${known[port]} (${port})` : port
}

/** A key of the program's, whatever the project is called. */
function setting(config: Record<string, string>, key: string): string | undefined {
  return Object.entries(config).find(([name]) => name.endsWith(`:${key}`))?.[1]
}

function places(sources: string[]): string {
  const whole = sources.includes('0.0.0.0/0') && sources.includes('::/0')
  const words = [
    ...(whole ? ['the whole internet'] : []),
    ...sources.flatMap((each) => {
      if (each === '0.0.0.0/0') return whole ? [] : ['the whole IPv4 internet']
      if (each === '::/0') return whole ? [] : ['the whole IPv6 internet']
      return [short(each, 50)]
    }),
  ]
  return words.length > 8
    ? `${words.slice(0, 8).join(', ')} and ${words.length - 8} more`
    : words.join(', ')
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
