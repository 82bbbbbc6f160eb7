import type {
  ContainerRegistryArgs,
  ContainerRegistryState,
} from '@pulumi/digitalocean/containerRegistry.js'
import type {
  ContainerRegistryDockerCredentialsArgs,
  ContainerRegistryDockerCredentialsState,
} from '@pulumi/digitalocean/containerRegistryDockerCredentials.js'
import type { Resource } from '../bridge/resource.ts'
import type { Value, Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { fetchObject, member } from './reading.ts'

const SERVER = 'registry.digitalocean.com'
const TIERS = ['starter', 'basic', 'professional']
const notEmpty = (value: Value, name: string): string | undefined =>
  value === '' ? `${name} must not be empty, got ` : undefined

export const containerRegistry: Resource<
  DigitalOcean,
  ContainerRegistryArgs,
  ContainerRegistryState
> = {
  token: 'digitalocean:index/containerRegistry:ContainerRegistry',
  autonamed: 'name',
  inputs: {
    name: { type: 'string', replaces: true, check: notEmpty },
    subscriptionTierSlug: {
      type: 'string',
      required: true,
      check: (value, name) =>
        TIERS.includes(String(value))
          ? undefined
          : `expected ${name} to be one of [${TIERS.map((one) => `"${one}"`).join(' ')}], got ${value}`,
    },
    region: { type: 'string', computed: true, replaces: true, check: notEmpty },
  },
  outputs: {
    endpoint: { type: 'string', computed: true },
    serverUrl: { type: 'string', computed: true },
    storageUsageBytes: { type: 'number', computed: true },
    createdAt: { type: 'string', computed: true },
  },

  async create(api, { name, subscriptionTierSlug, region }) {
    const body = {
      name: name!,
      subscription_tier_slug: subscriptionTierSlug!,
      ...(region && { region }),
    }
    const made = await attempt('Error creating container registry', api.post('/v2/registry', body))
    return String(member(made, 'registry', 'name'))
  },

  async read(api, id) {
    const found = await fetchObject(
      api,
      `/v2/registries/${id}`,
      'registry',
      'Error retrieving container registry',
    )
    const tier = await attempt(
      'Error retrieving container registry subscription',
      api.get('/v2/registries/subscription'),
    )
    return {
      name: found.name!,
      region: found.region!,
      endpoint: `${SERVER}/${found.name}`,
      serverUrl: SERVER,
      // Go's time.Time.String.
      createdAt: `${String(found.created_at).replace('T', ' ').replace('Z', '')} +0000 UTC`,
      storageUsageBytes: found.storage_usage_bytes ?? 0,
      subscriptionTierSlug: member(tier, 'subscription', 'tier', 'slug') ?? '',
    }
  },

  async update(api, _id, { wanted, changes }) {
    if (!changes('subscriptionTierSlug')) return
    const body = { tier_slug: wanted.subscriptionTierSlug! }
    await attempt(
      'Error updating container registry subscription',
      api.post('/v2/registries/subscription', body),
    )
  },

  async delete(api, id) {
    await attempt('Error deleting container registry', api.call('DELETE', `/v2/registries/${id}`))
  },
}

const FOR_EVER = 1_576_800_000

/**
 * After the provider's source (digitalocean/registry/resource_container_registry_docker_credentials.go):
 * making it is reading it, and a login that is over is replaced by whoever reads it.
 */
export const containerRegistryDockerCredentials: Resource<
  DigitalOcean,
  ContainerRegistryDockerCredentialsArgs,
  ContainerRegistryDockerCredentialsState
> = {
  token: 'digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials',
  inputs: {
    registryName: { type: 'string', required: true, replaces: true, check: notEmpty },
    write: { type: 'boolean', byDefault: false },
    expirySeconds: {
      type: 'number',
      byDefault: FOR_EVER,
      check: (value, name) =>
        Number(value) >= 0 && Number(value) <= FOR_EVER
          ? undefined
          : `expected ${name} to be in the range (0 - ${FOR_EVER}), got ${value}`,
    },
  },
  outputs: {
    dockerCredentials: { type: 'string', computed: true, secret: true },
    credentialExpirationTime: { type: 'string', computed: true },
  },

  create: async (_api, { registryName }) => String(registryName),

  // Another login is made when the result is read.
  update: async () => {},

  async read(api, _id, known, reason) {
    const { registryName, credentialExpirationTime } = known
    await fetchObject(api, `/v2/registries/${registryName}`, 'registry', 'registry not found')
    const over =
      !credentialExpirationTime || Date.parse(String(credentialExpirationTime)) < Date.now()
    return over || reason === 'update' ? login(api, known) : {}
  },

  async delete(api, _id, { dockerCredentials }) {
    const { auths } = JSON.parse(String(dockerCredentials))
    const [, token = ''] = Buffer.from(auths[SERVER].auth, 'base64').toString().split(':')
    // The real plugin goes to cloud.digitalocean.com, and goes on where that fails.
    await api.post('/v1/oauth/revoke', { token }).catch(() => {})
  },
}

async function login(api: DigitalOcean, known: Values): Promise<Values> {
  const { registryName, write, expirySeconds } = known
  const seconds = Number(expirySeconds ?? FOR_EVER)
  const query = `expiry_seconds=${seconds}&read_write=${write ?? false}`
  const answer = await attempt(
    'Error retrieving docker credentials',
    api.get(`/v2/registries/${registryName}/docker-credentials?${query}`),
  )
  const end = new Date(Date.now() + seconds * 1000)
  return {
    dockerCredentials: JSON.stringify(answer),
    credentialExpirationTime: `${end.toISOString().slice(0, 19)}Z`,
  }
}
