import type { ReservedIpArgs, ReservedIpState } from '@pulumi/digitalocean/reservedIp.js'
import type {
  ReservedIpAssignmentArgs,
  ReservedIpAssignmentState,
} from '@pulumi/digitalocean/reservedIpAssignment.js'
import { NotFound, type Resource, type Work } from '../bridge/resource.ts'
import { waitFor } from '../bridge/wait.ts'
import { ProviderError } from '../server/errors.ts'
import type { Value } from '../server/values.ts'
import { isObject } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'
import { timestamp } from './timestamp.ts'

const ipv4 = (value: Value, name: string) =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(String(value))
    ? undefined
    : `expected ${name} to contain a valid IPv4 address, got: ${value}`

export const reservedIp: Resource<DigitalOcean, ReservedIpArgs, ReservedIpState> = {
  token: 'digitalocean:index/reservedIp:ReservedIp',
  inputs: {
    region: { type: 'string', required: true, replaces: true },
    dropletId: { type: 'number' },
    ipAddress: { type: 'string', computed: true, check: ipv4 },
  },
  outputs: { reservedIpUrn: { type: 'string', computed: true } },

  async create(api, { region }) {
    const call = api.post('/v2/reserved_ips', { region: region! })
    const made = await attempt('Error creating reserved IP', call)
    return String(member(made, 'reserved_ip', 'ip'))
  },

  async ready(api, ip, { dropletId }, work) {
    if (dropletId) await assign(api, ip, Number(dropletId), 'Droplet', work)
  },

  async read(api, id, known) {
    const path = `/v2/reserved_ips/${id}`
    const found = await fetchObject(api, path, 'reserved_ip', 'Error retrieving reserved IP')
    const dropletId = member(found, 'droplet', 'id')
    return {
      region: member(found, 'region', 'slug'),
      ipAddress: found.ip!,
      reservedIpUrn: `do:reservedip:${found.ip}`,
      // As the real plugin: a droplet that another resource assigned is not this one's.
      ...(known.dropletId && dropletId && { dropletId }),
    }
  },

  async update(api, ip, { wanted, changes }, work) {
    if (!changes('dropletId')) return
    if (wanted.dropletId) await assign(api, ip, Number(wanted.dropletId), 'Droplet', work)
    else await unassign(api, ip, work)
  },

  async delete(api, ip, { dropletId }, work) {
    if (dropletId) await unassign(api, ip, work)
    const call = api.call('DELETE', `/v2/reserved_ips/${ip}`)
    await attempt('Error deleting reserved IP', call)
  },
}

export const reservedIpAssignment: Resource<
  DigitalOcean,
  ReservedIpAssignmentArgs,
  ReservedIpAssignmentState
> = {
  token: 'digitalocean:index/reservedIpAssignment:ReservedIpAssignment',
  inputs: {
    ipAddress: { type: 'string', required: true, replaces: true, check: ipv4 },
    dropletId: { type: 'number', required: true, replaces: true },
  },
  outputs: {},

  async create(api, { ipAddress, dropletId }, work) {
    await assign(api, String(ipAddress), Number(dropletId), 'droplet', work)
    return `${dropletId}-${ipAddress}-${timestamp()}`
  },

  async read(api, id, { ipAddress, dropletId }, reason) {
    if (reason === 'import') throw new NotFound(`no assignment is found by '${id}' alone`)
    // As the real plugin: an address that is gone is an error and no end of the assignment.
    const call = api.get(`/v2/reserved_ips/${ipAddress}`)
    const answer = await attempt('Error retrieving reserved IP', call)
    const assigned = member(answer, 'reserved_ip', 'droplet', 'id')
    if (assigned !== dropletId) throw new NotFound('unassigned')
    return {}
  },

  async delete(api, _id, { ipAddress, dropletId }, work) {
    const path = `/v2/reserved_ips/${ipAddress}`
    const words = 'Error retrieving reserved IP'
    const answer = await attempt(words, api.get(path))
    if (!isObject(member(answer, 'reserved_ip', 'droplet'))) {
      // The real plugin dies of an address that nobody holds any more; a refresh leads out of it.
      throw new ProviderError('error reading from server: EOF', 14)
    }
    if (member(answer, 'reserved_ip', 'droplet', 'id') === dropletId) {
      await unassign(api, String(ipAddress), work)
    }
  },
}

async function assign(
  api: DigitalOcean,
  ip: string,
  droplet: number,
  noun: string,
  work: Work,
): Promise<void> {
  const words = `Error waiting for droplet (${droplet}) to be ready for reserved IP assign`
  await attempt(
    words,
    waitFor(work, async () => {
      const path = `/v2/droplets/${droplet}/actions?per_page=50`
      const answer = await attempt(`Error retrieving droplet (${droplet}) actions`, api.get(path))
      const actions = Array.isArray(answer.actions) ? answer.actions.filter(isObject) : []
      return actions.every((action) => action.status !== 'in-progress') || undefined
    }),
  )
  await act(
    api,
    ip,
    { type: 'assign', droplet_id: droplet },
    `Error Assigning reserved IP (${ip}) to the ${noun}`,
    work,
  )
}

async function unassign(api: DigitalOcean, ip: string, work: Work): Promise<void> {
  await act(
    api,
    ip,
    { type: 'unassign' },
    `Error unassigning reserved IP (${ip}) from the droplet`,
    work,
  )
}

async function act(
  api: DigitalOcean,
  ip: string,
  body: { type: string; droplet_id?: number },
  words: string,
  work: Work,
): Promise<void> {
  const path = `/v2/reserved_ips/${ip}/actions`
  const started = await attempt(words, api.post(path, body as Record<string, Value>))
  const id = member(started, 'action', 'id')
  await attempt(
    `Error waiting for reserved IP (${ip}) to be ${body.type}ed`,
    waitFor(work, async () => {
      const status = member(await api.get(`${path}/${id}`), 'action', 'status')
      if (status === 'errored') throw new Error(`action ${id} ended in status errored`)
      return status === 'completed' || undefined
    }),
  )
}
