import { Config, RunError } from '@pulumi/pulumi'
import type { RegistrySettings } from '../../config/settings.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError, failDigitalOcean } from './error.ts'

/** The team's registry, found or to be made. */
export interface TeamRegistry {
  name: string
  /** Made by this stack, now or before. */
  made: boolean
  /** Of the stack's login, from 1; one more for a login that nears its end. */
  generation: number
}

/** An update renews a login that has less left. */
const RENEWAL_DAYS = 30
const DAY_MS = 86_400_000
const TIMEOUT_MS = 30_000

/**
 * The registry that the account has, or the one that the stack is to make. The provider's functions
 * find a registry by its name alone, so the API is asked.
 * @param list names of the account's registries
 * @throws RunError where the account has none and the stack makes none, or has none that is meant
 */
export async function teamRegistry(
  settings: RegistrySettings,
  state: Former[],
  list: () => Promise<string[]> = registriesOfAccount,
  now = Date.now(),
): Promise<TeamRegistry> {
  const names = await list()
  const mine: string | undefined = ofKind(state, 'ContainerRegistry')[0]?.outputs.name
  const name = settings.image ?? (mine && names.includes(mine) ? mine : names[0])
  const has = names.length === 0 ? 'none' : names.join(', ')
  if (settings.image && !names.includes(settings.image)) {
    throw configurationError(
      `appImage is in the registry ${settings.image}, and the account has ${has}`,
      'an image in a registry of the account, which lies there before it is deployed',
      'the name of the registry in appImage, or another DIGITALOCEAN_TOKEN',
    )
  }
  if (!settings.image && names.length > 1 && name !== mine) {
    throw configurationError(
      `registry is true, and the account has several: ${has}`,
      'one registry, or an appImage that is in one of them',
      'set appImage, or a login for one in appRegistries and registry to false',
    )
  }
  if (name === undefined && settings.ephemeral) {
    throw configurationError(
      'registry is true, and the account has none; a stack with an expiry makes none',
      'a registry that is there already',
      'pulumi up of a lasting stack with registry true, or doctl registries create NAME',
    )
  }
  if (name === undefined && mine) {
    throw configurationError(
      `the registry ${mine}, which this stack has made, is not in the account any more`,
      'the registry, or a state that does not have it',
      'pulumi refresh, and run this again: it makes another',
    )
  }
  return {
    name: name ?? settings.newName,
    made: name === undefined || name === mine,
    generation: generation(state, now),
  }
}

/** The former login goes when the new one is in use. */
function generation(state: Former[], now: number): number {
  const logins = ofKind(state, 'ContainerRegistryDockerCredentials').map(({ urn, outputs }) => ({
    generation: Number(/-pull-(\d+)$/.exec(urn)?.[1] ?? 0),
    end: Date.parse(outputs.credentialExpirationTime ?? ''),
  }))
  const last = logins.sort((a, b) => b.generation - a.generation)[0]
  if (!last) return 1
  return last.end - now > RENEWAL_DAYS * DAY_MS ? last.generation : last.generation + 1
}

/** With the provider's own settings. */
async function registriesOfAccount(): Promise<string[]> {
  const settings = new Config('digitalocean')
  const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN, DIGITALOCEAN_ACCESS_TOKEN } = process.env
  const base = settings.get('apiEndpoint') || DIGITALOCEAN_API_URL || 'https://api.digitalocean.com'
  const token = settings.get('token') || DIGITALOCEAN_TOKEN || DIGITALOCEAN_ACCESS_TOKEN
  const response = await fetch(`${base.replace(/\/+$/, '')}/v2/registries`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => failDigitalOcean(error))
  if (response.status === 404) return []
  if (response.status === 403) {
    throw configurationError(
      'registry is true, and the token may not read the registries of the account',
      'a token with the scope registry:read, and for an update registry:create',
      'export DIGITALOCEAN_TOKEN=TOKEN',
    )
  }
  if (!response.ok) {
    const { message = '' } = (await response.json().catch(() => ({}))) as { message?: string }
    return failDigitalOcean(new RunError(`GET /v2/registries: ${response.status} ${message}`))
  }
  const { registries } = (await response.json()) as { registries?: { name: string }[] }
  return (registries ?? []).map(({ name }) => name)
}
