import { log } from '@pulumi/pulumi'
import { type Former, ofKind } from '../state.ts'
import { ask } from './digitalocean.ts'
import { configurationError } from './error.ts'

export interface LimitOptions {
  /** Has the stack a reserved IP? */
  reserves: boolean
  /** Absent where it has no application of the Auth0 tenant. */
  identity?: object
  /** The name of its volume; absent where it has none. */
  volume?: string
}

interface Account {
  droplet_limit: number
  reserved_ip_limit?: number
  floating_ip_limit?: number
  volume_limit?: number
}

/**
 * Has the account room for what the stack does not have yet? Says what is left of it.
 * @param droplets how many the account has
 */
export async function checkLimits(
  { reserves, identity, volume }: LimitOptions,
  droplets: number,
  state: Former[],
): Promise<void> {
  const needsDroplet = ofKind(state, 'Droplet').length === 0
  const needsAddress = reserves && ofKind(state, 'ReservedIp').length === 0
  const needsVolume = volume !== undefined && ofKind(state, 'Volume').length === 0
  if (!needsDroplet && !needsAddress && !needsVolume) return
  type Counted = { meta: { total: number } }
  const [account, addresses, volumes] = await Promise.all([
    ask<{ account: Account }>('/v2/account'),
    ask<Counted>('/v2/reserved_ips?per_page=1'),
    needsVolume ? ask<Counted>('/v2/volumes?per_page=1') : undefined,
  ])
  if (!account || !addresses) return
  const { droplet_limit, reserved_ip_limit, floating_ip_limit } = account.account
  const limit = reserved_ip_limit ?? floating_ip_limit ?? Number.POSITIVE_INFINITY
  const { total } = addresses.meta
  if (needsDroplet && droplets >= droplet_limit) {
    throw full('droplets', droplets, droplet_limit, 'delete one')
  }
  if (needsAddress && total >= limit) {
    throw full('reserved IPs', total, limit, 'delete one (doctl compute reserved-ip list)')
  }
  const most = account.account.volume_limit
  if (volumes && most !== undefined && volumes.meta.total >= most) {
    throw full('volumes', volumes.meta.total, most, 'delete one (doctl compute volume list)')
  }
  if (!needsDroplet && !needsAddress) return
  await log.info(
    `The DigitalOcean account has ${droplets} of ${droplet_limit} droplets and ${total} of ${limit} reserved IPs${
      identity ? '; each stack takes one application of the Auth0 tenant (10 in the free plan)' : ''
    }.`,
  )
}

const full = (what: string, count: number, limit: number, way: string) =>
  configurationError(
    `the DigitalOcean account has ${count} of ${limit} ${what}, and this stack needs one more`,
    `fewer than ${limit}`,
    `${way}, or ask DigitalOcean for more (control panel, Settings, Team, Resource Limits)`,
  )
