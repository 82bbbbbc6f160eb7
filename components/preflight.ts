import { getClient } from '@pulumi/auth0/getClient.js'
import { getConnection } from '@pulumi/auth0/getConnection.js'
import { getDroplets } from '@pulumi/digitalocean/getDroplets.js'
import { Config, log, RunError, runtime } from '@pulumi/pulumi'
import type { IdentitySettings, OpenIdSettings } from '../config/settings.ts'
import { type ClusterOptions, checkCluster } from './account/cluster.ts'
import { configurationError, failAuth0, failDigitalOcean } from './account/error.ts'
import { checkImage } from './account/image.ts'
import { checkIssuer, type FoundIssuer } from './account/issuer.ts'
import { checkLimits, type LimitOptions } from './account/limits.ts'
import { type LostOptions, rejectLost } from './account/lost.ts'
import { checkMemory, type MemoryOptions } from './account/memory.ts'
import { rejectForeign, rejectTwin } from './account/owner.ts'
import { checkSize, type SizeOptions } from './account/size.ts'
import { checkZone, type ZoneOptions } from './account/zone.ts'
import { type FoundConnection, notChecked, signUpProblems, takesSignUps } from './sign-up.ts'
import { type Former, ofKind } from './state.ts'

/** What the accounts are asked about; the names are those of the configuration keys. */
export interface Options
  extends SizeOptions,
    MemoryOptions,
    ZoneOptions,
    LostOptions,
    LimitOptions,
    ClusterOptions {
  /** Absent where the provider of the login is not Auth0, which is asked nothing then. */
  identity?: Pick<IdentitySettings, 'connections' | 'signUp' | 'verifiedConnections'>
  /** The issuer in its place, and where it sends users back to. */
  openId?: OpenIdSettings & { callbackUrl: string }
  sshKey: 'state' | 'agent'
}

/** What the accounts answered. */
export interface Findings {
  /** In the order of their names in the configuration. */
  connections: FoundConnection[]
  /** Absent where there is none. */
  issuer?: FoundIssuer
  /** The size can be had by a replacement of the droplet alone. */
  replacesForSize: boolean
}

/**
 * Asks both accounts, before anything is created, whether the credentials are good and sufficient,
 * the size can be had, the name is free, there is room for what is new, and the tenant has the
 * connections.
 * @param state what the stack has already
 * @throws RunError that names the key, the value, what is allowed and the command that fixes it.
 */
export async function preflight(options: Options, state: Former[]): Promise<Findings> {
  checkAgent(options)
  const { identity, openId } = options
  const found = Promise.all((identity?.connections ?? []).map(findConnection))
  const listed = getDroplets({}).then(({ droplets }) => droplets, failDigitalOcean)
  const addresses = listed.then((droplets) =>
    taggedBy(options, droplets).flatMap((one) => [one.ipv4Address, one.ipv6Address ?? '']),
  )
  const [, connections, replacesForSize, , issuer] = await inOrder([
    // First: whose the name is, and what an earlier state has made, before what is wrong with them.
    listed.then((droplets) => checkDroplets(options, state, droplets)),
    found,
    checkSize(options, state),
    checkCluster(options, state),
    openId && checkIssuer(openId, openId.callbackUrl),
    identity && checkSignUp(found, identity),
    checkImage(options.image),
    checkZone(options, state, addresses),
    identity && checkClientSecrets(),
    checkMemory(options),
  ])
  return { connections, replacesForSize, issuer }
}

/** Waits for all, which are under way; of several failures the first in the list is thrown. */
async function inOrder<T extends unknown[]>(checks: [...{ [K in keyof T]: T[K] | Promise<T[K]> }]) {
  const settled = await Promise.allSettled(checks)
  for (const one of settled) if (one.status === 'rejected') throw one.reason
  return Promise.all(checks) as Promise<T>
}

/** A preview opens no host. */
function checkAgent({ sshKey }: Options): void {
  if (sshKey === 'state' || runtime.isDryRun() || process.env.SSH_AUTH_SOCK) return
  throw configurationError(
    'sshKey = "agent", but no ssh agent is at hand: SSH_AUTH_SOCK is not set',
    'an agent that holds one of adminSshKeys',
    'eval "$(ssh-agent)" && ssh-add PRIVATE_KEY_FILE',
  )
}

const taggedBy = <Droplet extends { tags: string[] }>({ name }: Options, droplets: Droplet[]) =>
  droplets.filter(({ tags }) => tags.includes(name))

async function checkDroplets(
  options: Options,
  state: Former[],
  droplets: Awaited<ReturnType<typeof getDroplets>>['droplets'],
): Promise<void> {
  const { name, owner } = options
  const ours = taggedBy(options, droplets)
  rejectForeign(ours, name, owner)
  // Firewalls follow tags. What a stack has goes on, however its tag was first spelled.
  if (ofKind(state, 'Deployment').length === 0) {
    for (const one of droplets) rejectTwin(`the droplet ${one.name}`, one.tags, name)
  }
  await rejectLost(options, ours, state)
  await warnOfLeftDroplets(name, ours)
  await checkLimits(options, droplets.length, state)
}

/**
 * An update that was killed while a droplet was made leaves it out of the state, and the next one
 * makes another: nobody but the bill would tell.
 */
async function warnOfLeftDroplets(
  tag: string,
  ours: { name: string; id: number }[],
): Promise<void> {
  if (ours.length < 2) return
  const names = ours.map((one) => `${one.name} (${one.id})`).join(', ')
  await log.warn(
    `${ours.length} droplets carry the tag ${tag}: ${names}. If none is being replaced, all but one are left over ` +
      "from an update that was killed: `pulumi stack --show-ids` names the stack's own, delete the others " +
      '(doctl compute droplet delete ID).',
  )
}

async function checkSignUp(
  found: Promise<FoundConnection[]>,
  { signUp, verifiedConnections }: Pick<IdentitySettings, 'signUp' | 'verifiedConnections'>,
): Promise<void> {
  const problems = signUp === 'open' ? [] : await signUpProblems(found, failAuth0)
  const databases = (await found).filter(
    ({ name, strategy }) => strategy === 'auth0' && verifiedConnections.includes(name),
  )
  for (const { name } of databases) {
    problems.push({
      wrong: `verifiedConnections: "${name}" is a database, where anybody types in any address`,
      allowed: 'connections whose provider knows the addresses, such as an enterprise connection',
      fix: 'pulumi config rm verifiedConnections',
    })
  }
  const [one] = problems
  if (!one) return
  if (problems.length === 1) throw configurationError(one.wrong, one.allowed, one.fix)
  const lines = problems.map(
    ({ wrong, allowed, fix }) => `  - ${wrong}. Allowed: ${allowed}.\n    Fix: ${fix}`,
  )
  throw new RunError(
    `The Auth0 tenant has ${problems.length} problems; nothing was created or changed.\n${lines.join('\n')}`,
  )
}

async function findConnection(name: string): Promise<FoundConnection> {
  const connection = await getConnection({ name }).catch((error: Error) => {
    if (/no connection found|404|not found/i.test(error.message)) {
      throw configurationError(
        `connections: "${name}" is not a connection of the Auth0 tenant`,
        'names from Authentication in the Auth0 dashboard',
        `pulumi config set --path 'connections[0]' Username-Password-Authentication`,
      )
    }
    return failAuth0(error)
  })
  const { id, strategy, options } = connection
  return { name, id, strategy, signUp: takesSignUps(strategy, options[0]) }
}

/**
 * The Management API leaves client secrets out, without an error, where the scope is missing; the
 * management application's own is one that must be there. Who has a token and no application, or
 * one that signs its requests, finds out from the new application's secret.
 */
async function checkClientSecrets(): Promise<void> {
  const settings = new Config('auth0')
  const clientId = settings.get('clientId') ?? process.env.AUTH0_CLIENT_ID
  const secret = settings.get('clientSecret') ?? process.env.AUTH0_CLIENT_SECRET
  const token = settings.get('apiToken') ?? process.env.AUTH0_API_TOKEN
  if (!clientId || !secret || token) return
  const own = await getClient({ clientId }).catch(failAuth0)
  if (own.clientSecret) return
  if (runtime.isDryRun()) return notChecked('the client secret', ['read:client_keys'])
  throw configurationError(
    'the Auth0 management application may not read client secrets, which the app needs to log users in',
    'an application that is granted the scope read:client_keys',
    'Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine',
  )
}
