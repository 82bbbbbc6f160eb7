import type { ProjectArgs, ProjectState } from '@pulumi/digitalocean/project.js'
import type { Resource } from '../bridge/resource.ts'
import { waitFor } from '../bridge/wait.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { ApiError, attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'

const ENVIRONMENTS = ['development', 'staging', 'production']

const length =
  (low: number, high: number) =>
  (value: Value, name: string): string | undefined =>
    String(value).length >= low && String(value).length <= high
      ? undefined
      : `expected length of ${name} to be in the range (${low} - ${high}), got ${value}`

export const project: Resource<DigitalOcean, ProjectArgs, ProjectState> = {
  token: 'digitalocean:index/project:Project',
  autonamed: 'name',
  timeouts: { delete: 180 },
  keepsOldOnFailure: true,
  inputs: {
    name: { type: 'string', check: length(1, 175) },
    description: { type: 'string', byDefault: '', check: length(0, 255) },
    purpose: {
      type: 'string',
      filledIn: 'Web Application',
      byDefault: 'Web Application',
      check: length(0, 255),
    },
    environment: {
      type: 'string',
      check: (value, name) =>
        ENVIRONMENTS.includes(String(value).toLowerCase())
          ? undefined
          : `expected ${name} to be one of [${ENVIRONMENTS.map((one) => `"${one}"`).join(' ')}], got ${value}`,
    },
    isDefault: { type: 'boolean', byDefault: false },
    resources: { type: 'set', computed: true },
  },
  outputs: {
    createdAt: { type: 'string', computed: true },
    updatedAt: { type: 'string', computed: true },
    ownerId: { type: 'number', computed: true },
    ownerUuid: { type: 'string', computed: true },
  },

  async create(api, wanted) {
    const made = await attempt('Error creating Project', api.post('/v2/projects', bodyOf(wanted)))
    const id = String(member(made, 'project', 'id'))
    try {
      await assign(api, id, elements(wanted.resources))
    } catch (error) {
      // The real plugin removes what it cannot fill, and says nothing if that fails, too.
      await api.call('DELETE', `/v2/projects/${id}`).catch(() => {})
      throw new Error(`Error creating Project: ${(error as Error).message}`)
    }
    return id
  },

  async read(api, id) {
    const path = `/v2/projects/${id}`
    const found = await fetchObject(api, path, 'project', 'Error reading Project')
    return {
      name: found.name!,
      description: found.description ?? '',
      purpose: String(found.purpose ?? '').replace(/^Other: /, ''),
      environment: found.environment ?? '',
      isDefault: found.is_default ?? false,
      createdAt: found.created_at!,
      updatedAt: found.updated_at!,
      ownerId: found.owner_id!,
      ownerUuid: found.owner_uuid!,
      resources: await resourcesOf(api, id),
    }
  },

  async update(api, id, { old, wanted, changes }) {
    const body = { ...bodyOf(wanted), is_default: wanted.isDefault ?? false }
    await attempt('Error updating Project', api.call('PATCH', `/v2/projects/${id}`, body))
    if (!changes('resources')) return
    const [before, after] = [elements(old.resources), elements(wanted.resources)]
    await moveToDefault(
      api,
      before.filter((urn) => !after.includes(urn)),
    )
    await attempt(
      'Error updating Project',
      assign(
        api,
        id,
        after.filter((urn) => !before.includes(urn)),
      ),
    )
  },

  async delete(api, id, state, work) {
    const words = `Error deleting project (${id})`
    await moveToDefault(api, elements(state.resources))
    await waitFor(work, async () => {
      try {
        await attempt(words, api.call('DELETE', `/v2/projects/${id}`))
        return true
      } catch (error) {
        // Resources that are on their way out still count for a while.
        if (error instanceof ApiError && error.status === 412) return undefined
        throw error
      }
    })
  },
}

function bodyOf(wanted: Values): Values {
  return {
    name: wanted.name!,
    description: wanted.description ?? '',
    purpose: wanted.purpose ?? '',
    environment: wanted.environment ?? '',
  }
}

function elements(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}

async function assign(api: DigitalOcean, id: string, urns: Value[]): Promise<void> {
  if (!urns.length) return
  const call = api.post(`/v2/projects/${id}/resources`, { resources: urns })
  await attempt('Error assigning resources', call)
}

async function moveToDefault(api: DigitalOcean, urns: Value[]): Promise<void> {
  if (!urns.length) return
  const words = 'Error assigning resources to default project'
  const found = await attempt(words, api.get('/v2/projects/default'))
  await assign(api, String(member(found, 'project', 'id')), urns)
}

async function resourcesOf(api: DigitalOcean, id: string): Promise<Value[]> {
  const urns: Value[] = []
  for (let page = 1; ; page++) {
    const path = `/v2/projects/${id}/resources?page=${page}&per_page=200`
    const answer = await attempt('Error loading project resources', api.get(path))
    urns.push(...elements(answer.resources).map((one) => (isObject(one) ? one.urn! : one)))
    if (!member(answer, 'links', 'pages', 'next')) return urns
  }
}
