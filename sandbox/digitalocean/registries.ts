/**
 * `/v2/registry`, for an account with one registry, and `/v2/registries`, which takes its place
 * (https://docs.digitalocean.com/reference/api/reference/container-registry/). The registry itself,
 * its repositories and its garbage collection are not simulated.
 */
import { randomBytes } from 'node:crypto'
import { REGIONS } from './catalogue.ts'
import type { Context } from './context.ts'
import { ApiError, conflict, notFound, unprocessable } from './errors.ts'
import { type Body, bodyOf, param, query, text } from './request.ts'
import { type RegistryRow, type State, timestamp } from './state.ts'

const SERVER = 'registry.digitalocean.com'
/** The default of the API, about 50 years, and the most that it takes. */
const MOST_SECONDS = 1_576_800_000
const GIB = 1024 ** 3

/** https://docs.digitalocean.com/products/container-registry/details/pricing/ */
const TIERS = [
  { name: 'Starter', slug: 'starter', repositories: 1, bytes: GIB / 2, cents: 0 },
  { name: 'Basic', slug: 'basic', repositories: 5, bytes: 5 * GIB, cents: 500 },
  { name: 'Professional', slug: 'professional', repositories: 0, bytes: 100 * GIB, cents: 2000 },
] as const

type Tier = (typeof TIERS)[number]

export function registryRoutes({ app, store }: Context): void {
  const { state } = store
  state.registries ??= []
  state.registryTokens ??= []
  const { registries, registryTokens } = state as Required<State>
  const find = (name: string): RegistryRow => {
    const found = registries.find((one) => one.name === name)
    if (!found) throw notFound()
    return found
  }
  /** As users report it: digitalocean/terraform-provider-digitalocean#1404. */
  const only = (): RegistryRow => {
    const [first, second] = registries
    if (!first) throw notFound()
    if (!second) return first
    throw new ApiError(
      412,
      "This API is not supported if you have created multiple registries. Please use '/v2/registries/{registry_name}' instead.",
    )
  }

  const create = (body: Body): RegistryRow => {
    const name = text(body, 'name') ?? ''
    const slug = text(body, 'subscription_tier_slug') ?? state.registrySubscription?.tier
    const region = text(body, 'region') ?? 'nyc3'
    if (!/^[a-z0-9-]{1,63}$/.test(name)) {
      throw unprocessable('name must be lowercase letters, numbers and -, up to 63 characters')
    }
    const tier = tierOf(slug ?? '')
    if (!REGIONS.some((one) => one.slug === region)) throw unprocessable('invalid region')
    if (registries.some((one) => one.name === name)) throw conflict('name already exists')
    // Several are for the tier Professional alone; the words are those that users report.
    if (registries.length > 0 && state.registrySubscription?.tier !== 'professional') {
      throw unprocessable('user already has a registry')
    }
    const made = { name, region, createdAt: timestamp() }
    registries.push(made)
    subscribe(state, tier)
    store.changed()
    return made
  }
  const remove = (registry: RegistryRow): void => {
    registries.splice(registries.indexOf(registry), 1)
    store.changed()
  }
  const credentials = (registry: RegistryRow, write: boolean, expiry: string | undefined) => {
    const seconds = Number(expiry ?? MOST_SECONDS)
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > MOST_SECONDS) {
      throw unprocessable(`expiry_seconds must be between 0 and ${MOST_SECONDS}`)
    }
    const token = `dor_v1_${randomBytes(32).toString('hex')}`
    // 0 is for ever.
    const expiresAt = timestamp(new Date(Date.now() + (seconds || MOST_SECONDS) * 1000))
    registryTokens.push({ token, registry: registry.name, write, expiresAt })
    store.changed()
    const auth = Buffer.from(`team@sandbox.example:${token}`).toString('base64')
    return { auths: { [SERVER]: { auth } } }
  }

  for (const [path, one] of [
    ['/v2/registry', only],
    ['/v2/registries/:name', find],
  ] as const) {
    const of = (request: Parameters<typeof param>[0]) => one(param(request, 'name'))
    app.get(path, async (request) => ({ registry: view(of(request)) }))
    app.delete(path, async (request, reply) => {
      remove(of(request))
      return reply.code(204).send()
    })
    app.get(`${path}/docker-credentials`, async (request) =>
      credentials(
        of(request),
        query(request, 'read_write') === 'true',
        query(request, 'expiry_seconds'),
      ),
    )
  }
  app.get('/v2/registries', async () => ({
    registries: registries.map(view),
    total_storage_usage_bytes: 0,
  }))
  for (const path of ['/v2/registry', '/v2/registries']) {
    app.post(path, async (request, reply) =>
      reply.code(201).send({ registry: view(create(bodyOf(request))) }),
    )
    app.get(`${path}/options`, async () => ({
      options: {
        available_regions: ['nyc3', 'sfo3', 'ams3', 'sgp1', 'fra1', 'blr1', 'syd1'],
        subscription_tiers: TIERS.map(tierView),
      },
    }))
    app.get(`${path}/subscription`, async () => subscriptionView(state))
    app.post(`${path}/subscription`, async (request) => {
      const tier = tierOf(text(bodyOf(request), 'tier_slug') ?? '')
      if (registries.length > 1 && tier.slug !== 'professional') {
        throw new ApiError(412, 'OverRegistryLimit: the tier does not include several registries')
      }
      subscribe(state, tier)
      store.changed()
      return subscriptionView(state)
    })
    app.post(`${path}/validate-name`, async (request, reply) => {
      const name = text(bodyOf(request), 'name') ?? ''
      if (!/^[a-z0-9-]{1,63}$/.test(name)) throw unprocessable('invalid name')
      if (registries.some((one) => one.name === name)) throw conflict('name already exists')
      return reply.code(204).send()
    })
  }

  // The provider revokes a login at cloud.digitalocean.com, with the login's own token.
  app.post('/v1/oauth/revoke', async (request) => {
    const token = text(bodyOf(request), 'token')
    const index = registryTokens.findIndex((one) => one.token === token)
    if (index >= 0) registryTokens.splice(index, 1)
    store.changed()
    return {}
  })
}

function tierOf(slug: string): Tier {
  const tier = TIERS.find((one) => one.slug === slug)
  if (!tier) throw unprocessable('invalid subscription tier')
  return tier
}

function subscribe(state: State, { slug }: Tier): void {
  const now = timestamp()
  const createdAt = state.registrySubscription?.createdAt ?? now
  state.registrySubscription = { tier: slug, createdAt, updatedAt: now }
}

function subscriptionView({ registrySubscription: one }: State) {
  if (!one) throw notFound()
  return {
    subscription: {
      tier: tierView(tierOf(one.tier)),
      created_at: one.createdAt,
      updated_at: one.updatedAt,
    },
  }
}

const tierView = ({ name, slug, repositories, bytes, cents }: Tier) => ({
  name,
  slug,
  included_repositories: repositories,
  included_storage_bytes: bytes,
  allow_storage_overage: slug !== 'starter',
  included_bandwidth_bytes: bytes,
  monthly_price_in_cents: cents,
  eligible: true,
})

const view = ({ name, region, createdAt }: RegistryRow) => ({
  name,
  region,
  created_at: createdAt,
  storage_usage_bytes: 0,
  storage_usage_bytes_updated_at: createdAt,
})
