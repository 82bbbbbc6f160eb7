/** What DigitalOcean's API said in calls that were recorded without it, told from the plugin's answer. */
import type { Json } from './messages.ts'
import type { Exchange } from './recorded-api.ts'
import type { Recorded } from './replay.ts'

/** What the API answers when an object of a type is made. */
const MADE: Record<string, (id: string, inputs: Json) => [url: string, response: unknown]> = {
  ContainerRegistry: (name) => ['/v2/registry', { registry: { name } }],
  SshKey: (id) => ['/v2/account/keys', { ssh_key: { id: Number(id) } }],
  Tag: () => ['/v2/tags', {}],
  Domain: () => ['/v2/domains', {}],
  DnsRecord: (id, { domain }) => [
    `/v2/domains/${domain}/records`,
    { domain_record: { id: Number(id) } },
  ],
  Firewall: (id) => ['/v2/firewalls', { firewall: { id } }],
  Project: (id) => ['/v2/projects', { project: { id } }],
  ReservedIp: (ip) => ['/v2/reserved_ips', { reserved_ip: { ip } }],
  ReservedIpAssignment: () => ['', {}],
  Volume: (id) => ['/v2/volumes', { volume: { id } }],
  VolumeAttachment: () => ['', {}],
  Droplet: (id) => ['/v2/droplets', { droplet: { id: Number(id) } }],
}

/** The failing request, in the words of the plugin. */
const FAILURE =
  /(GET|POST|PUT|PATCH|DELETE) http:\/\/127\.0\.0\.1:<PORT>(\S+): (\d+) \(request "[^"]*"\) ([^\n]*?)(; giving up[^\n]*)?\n/

export function script(line: Recorded): Exchange[] | undefined {
  const { method, error } = line
  if (method === 'Delete' && !error && !/^gone|404/.test(line.step)) return undefined
  const inputs = (line.request.properties ?? line.request.news ?? {}) as Json
  const type = String(line.request.urn).split('::')[2]!.split(':').pop()!
  if (line.response && Object.keys(line.response).length) return scriptOfSuccess(line)
  const dropped = /Post "http:\/\/127\.0\.0\.1:<PORT>(\S+)": EOF/.exec(error?.message ?? '')
  if (dropped) return [{ step: '', method: 'POST', url: dropped[1]!, status: 0 }]
  const [, verb, url, status, text] = FAILURE.exec(error?.message ?? '') ?? []
  const failing = verb ? [failure(verb, url!, Number(status), text!)] : []
  const id = String(error?.details?.[0]?.id ?? '') || /projects\/([\w-]{36})/.exec(url ?? '')?.[1]
  // Refused twice, as often as the plugin asks.
  const exchanges = [...failing, ...failing.map((one) => ({ ...one }))]
  if (method === 'Create' && id) {
    const [at, response] = MADE[type]!(id, inputs)
    exchanges.push({ step: '', method: 'POST', url: at, status: 201, response })
  }
  if (line.step.includes('ok-then-read-500')) {
    const put = `/v2/account/keys/${line.request.id}`
    exchanges.push({ step: '', method: 'PUT', url: put, status: 200, response: {} })
  }
  if (/assign/.test(line.step)) {
    const idle = `/v2/droplets/${inputs.dropletId}/actions?per_page=50`
    exchanges.push({ step: '', method: 'GET', url: idle, status: 200, response: { actions: [] } })
  }
  if (type === 'Droplet') exchanges.push(...droplet(String(id ?? line.request.id), line))
  if (line.step === 'gone-project-delete') return [...exchanges, defaultProject()]
  return exchanges
}

function failure(method: string, url: string, status: number, text: string): Exchange {
  const quoted = text.startsWith('"')
  const response = quoted ? JSON.parse(text) : { id: 'failed', message: text }
  return { step: '', method, url, status, response }
}

function defaultProject(): Exchange {
  const response = { project: { id: 'def' } }
  return { step: '', method: 'GET', url: '/v2/projects/default', status: 200, response }
}

/** A droplet that never gets ready, or that will not go. */
function droplet(id: string, { step }: Recorded): Exchange[] {
  const url = `/v2/droplets/${id}`
  const get = (status: string): Exchange => ({
    step: '',
    method: 'GET',
    url,
    status: 200,
    response: { droplet: { id: Number(id), status, locked: false } },
  })
  if (step === 'droplet-short-timeout') return [get('new')]
  if (step === 'droplet-delete-422') return [get('active')]
  return []
}

/** Calls that worked: only SSH keys, whose answers tell all that the API said. */
function scriptOfSuccess({ step, response }: Recorded): Exchange[] | undefined {
  const properties = response?.properties as Json
  if (!properties?.fingerprint || !step.startsWith('create')) return undefined
  const object = {
    id: Number(response?.id),
    name: properties.name,
    public_key: properties.publicKey,
    fingerprint: properties.fingerprint,
  }
  const at = { step: '', url: '/v2/account/keys' }
  const failed = /create-(\d+)-once/.exec(step)?.[1]
  return [
    ...(failed ? [{ ...at, method: 'POST', status: Number(failed), response: {} }] : []),
    { ...at, method: 'POST', status: 201, response: { ssh_key: object } },
    {
      ...at,
      method: 'GET',
      url: `/v2/account/keys/${response?.id}`,
      status: 200,
      response: { ssh_key: object },
    },
  ]
}

/** The domain that getDomain found. */
export function scriptFunction({ response }: Recorded): Exchange[] {
  const found = response?.return as Json | undefined
  if (!found) return []
  if (found.sizes) return [page('sizes', (found.sizes as Json[]).map(size))]
  if (found.droplets) return [page('droplets', (found.droplets as Json[]).map(listedDroplet))]
  const domain = { name: found.name, ttl: found.ttl, zone_file: null }
  const url = `/v2/domains/${found.name}`
  return [{ step: '', method: 'GET', url, status: 200, response: { domain } }]
}

function page(kind: string, things: Json[]): Exchange {
  const url = `/v2/${kind}?page=1&per_page=200`
  return { step: '', method: 'GET', url, status: 200, response: { [kind]: things, links: {} } }
}

function size({ priceMonthly, priceHourly, gpuInfos: _, ...same }: Json): Json {
  return { ...same, price_monthly: priceMonthly, price_hourly: priceHourly }
}

function listedDroplet(found: Json): Json {
  const { id, name, memory, vcpus, disk, locked, status, tags } = found
  const address = (type: string, ip_address: unknown) => ({ type, ip_address })
  return {
    ...{ id, name, memory, vcpus, disk, locked, status, tags },
    created_at: found.createdAt,
    features: found.privateNetworking ? ['private_networking'] : [],
    image: { slug: found.image },
    region: { slug: found.region },
    size: { slug: found.size, price_monthly: found.priceMonthly, price_hourly: found.priceHourly },
    networks: {
      v4: [address('private', found.ipv4AddressPrivate), address('public', found.ipv4Address)],
      v6: [],
    },
    vpc_uuid: found.vpcUuid,
    volume_ids: found.volumeIds,
  }
}
