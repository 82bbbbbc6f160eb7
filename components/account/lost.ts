import { getClient } from '@pulumi/auth0/getClient.js'
import { RunError } from '@pulumi/pulumi'
import { IMPORT_FLAGS } from '../imported.ts'
import { type Former, ofKind } from '../state.ts'
import { askAll } from './digitalocean.ts'
import { failAuth0 } from './error.ts'
import { rejectTwin } from './owner.ts'

export interface LostOptions {
  /** The deployment's name: its tag, its Project's and its application's name. */
  name: string
  /** Absent without a login: Auth0 is asked nothing then. */
  identity?: object
  /** Owner id of the stack. */
  owner: string
  /** Has the stack a reserved IP? One that has none is not asked for it while its droplet is known. */
  reserves: boolean
  /** Must the loss of a droplet be consented to? */
  protectDroplet: boolean
  /** The name of the stack's volume; absent where it is to have none. */
  volume?: string
  /** The same of its database cluster. */
  cluster?: string
}

/** What bears the stack's name in an account and is not in its state. */
interface Lost {
  what: string
  id: string
  /** Type and name for `pulumi import`. */
  type: string
  resource: string
  /** The command that deletes it. */
  remove: string
  /** What both need to be done before. */
  first?: string
}

type Droplet = { id: number; name: string }
type Named = { id: string; name: string }
type Tagged = Named & { tags?: string[] | null }

/**
 * Looks for what an earlier state of this stack has made: the state was lost, or an update was killed
 * before it could write down what it had made. Asked only of kinds that the state has none of. The
 * zone and the records have a check of their own.
 * @param droplets that carry the stack's tag
 * @throws RunError that names each with its id and both ways on
 */
export async function rejectLost(
  options: LostOptions,
  droplets: Droplet[],
  state: Former[],
): Promise<void> {
  // A component of ours may be called like the resource in it.
  const has = (kind: string) =>
    ofKind(state, kind).some(({ type }) => /^(digitalocean|auth0):/.test(type))
  const found = await Promise.all([
    has('Droplet') ? [] : droplets.map((one) => lostDroplet(one, options)),
    has('ReservedIp') || (!options.reserves && has('Droplet'))
      ? []
      : lostAddresses(options, droplets),
    has('Firewall') ? [] : lostFirewalls(options),
    has('SshKey') ? [] : lostKeys(options, state),
    has('Project') ? [] : lostProjects(options),
    has('Volume') || !options.volume ? [] : lostVolume(options.volume, options.name),
    has('DatabaseCluster') || !options.cluster ? [] : lostCluster(options.cluster, options.name),
    has('Client') || !options.identity ? [] : lostApplication(options),
  ])
  const lost = found.flat()
  if (lost.length > 0) throw new RunError(message(lost, options))
}

function message(lost: Lost[], { protectDroplet }: LostOptions): string {
  const lines = lost.map(
    ({ what, id, type, resource, remove, first }) =>
      `  ${what} (${id})\n${first ? `    first: ${first}\n` : ''}    keep it: pulumi import ${type} ${resource} ${id} ${IMPORT_FLAGS}\n    or: ${remove}`,
  )
  const droplet = lost.some(({ type }) => type.endsWith(':Droplet'))
    ? '\nA droplet that was imported serves until the next update has replaced it, as the keys that open it are not in the state' +
      (protectDroplet
        ? "; that needs a consent: pulumi config set --path 'allowReplace[0]' droplet."
        : '.')
    : ''
  return (
    'the accounts hold what bears this stack’s name and is not in its state: the state was lost, or an update was killed. Fix, for each one of:\n' +
    `${lines.join('\n')}${droplet}\nNothing was created or changed.`
  )
}

const lostDroplet = ({ id, name }: Droplet, options: LostOptions): Lost => ({
  ...{ what: `droplet ${name}`, id: `${id}`, resource: options.name },
  type: 'digitalocean:index/droplet:Droplet',
  remove: `doctl compute droplet delete ${id}`,
})

async function lostAddresses({ name }: LostOptions, droplets: Droplet[]): Promise<Lost[]> {
  type Address = { ip: string; droplet: { id: number } | null }
  const all = await askAll<Address>('/v2/reserved_ips', 'reserved_ips')
  return all
    .filter(({ droplet }) => droplets.some(({ id }) => id === droplet?.id))
    .map(({ ip }) => ({
      ...{ what: 'reserved IP', id: ip, resource: name },
      type: 'digitalocean:index/reservedIp:ReservedIp',
      remove: `doctl compute reserved-ip delete ${ip}`,
    }))
}

async function lostFirewalls({ name }: LostOptions): Promise<Lost[]> {
  const all = await askAll<Named & { tags?: string[] }>('/v2/firewalls', 'firewalls')
  return all
    .filter((one) => one.tags?.includes(name) && new RegExp(`^${name}-[0-9a-f]{7}$`).test(one.name))
    .map((one) => ({
      ...{ what: `firewall ${one.name}`, id: one.id, resource: name },
      type: 'digitalocean:index/firewall:Firewall',
      remove: `doctl compute firewall delete ${one.id}`,
    }))
}

/** By the name, or by the key itself, which the account takes but once. */
async function lostKeys({ name }: LostOptions, state: Former[]): Promise<Lost[]> {
  const ours = new RegExp(`^${name}-admin-[0-9a-z]{4,20}$`)
  const first = ofKind(state, 'PrivateKey').map(({ outputs }) =>
    String(outputs.publicKeyOpenssh ?? '').trim(),
  )
  const all = await askAll<{ id: number; name: string; public_key: string }>(
    '/v2/account/keys',
    'ssh_keys',
  )
  return all
    .filter((one) => ours.test(one.name) || first.includes(one.public_key.trim()))
    .map(({ id, name: called }) => ({
      ...{ what: `ssh key ${called}`, id: `${id}`, resource: `${name}-admin` },
      type: 'digitalocean:index/sshKey:SshKey',
      remove: `doctl compute ssh-key delete ${id}`,
    }))
}

async function lostProjects({ name }: LostOptions): Promise<Lost[]> {
  const all = await askAll<Named>('/v2/projects', 'projects')
  return all
    .filter((one) => one.name === name)
    .map(({ id }) => ({
      ...{ what: `project ${name}`, id, resource: name },
      type: 'digitalocean:index/project:Project',
      remove: `doctl projects delete ${id}`,
    }))
}

/**
 * A name is one volume's in each region; the stack's ends in its owner's id. What attaches it cannot be
 * imported, a new droplet cannot have a volume that another one holds, nor can such a one be deleted.
 * @throws RunError where another stack's name is the same but for capitals
 */
async function lostVolume(volume: string, resource: string): Promise<Lost[]> {
  const all = await askAll<Tagged & { droplet_ids?: number[] | null }>(
    `/v2/volumes?name=${volume}`,
    'volumes',
  )
  return all.map(({ id, name, tags, droplet_ids }) => {
    rejectTwin(`the volume ${name}`, tags, resource)
    const [holder] = droplet_ids ?? []
    return {
      ...{ what: `volume ${name}`, id, resource },
      type: 'digitalocean:index/volume:Volume',
      remove: `with everything on it: doctl compute volume delete ${id}`,
      ...(holder && { first: letGo(id, holder) }),
    }
  })
}

/** A droplet that is off has written what it had to write. */
const letGo = (volume: string, droplet: number): string =>
  `doctl compute droplet-action shutdown ${droplet} --wait && ` +
  `doctl compute volume-action detach ${volume} ${droplet} --wait (unless that droplet is deleted)`

/**
 * Also what the provider has forgotten: where the wait for a new cluster fails, it forgets the id of the
 * cluster that it has made, which stays and costs.
 * @throws RunError where another stack's name is the same but for capitals
 */
async function lostCluster(cluster: string, resource: string): Promise<Lost[]> {
  const all = await askAll<Tagged>('/v2/databases', 'databases')
  return all
    .filter(({ name }) => name === cluster)
    .map(({ id, name, tags }) => {
      rejectTwin(`the database cluster ${name}`, tags, resource)
      return {
        ...{ what: `database cluster ${name}`, id, resource },
        type: 'digitalocean:index/databaseCluster:DatabaseCluster',
        remove: `with every row in it: doctl databases delete ${id}`,
      }
    })
}

/**
 * A tenant takes any number of applications of one name, so another owner's is neither in the way nor
 * to be taken over or deleted.
 */
export async function lostApplication({
  name,
  owner,
}: Pick<LostOptions, 'name' | 'owner'>): Promise<Lost[]> {
  const found = await getClient({ name }).catch((error: Error) => {
    if (/no client found/i.test(error.message)) return undefined
    return failAuth0(error)
  })
  if (!found || (found.clientMetadata?.owner ?? owner) !== owner) return []
  return [
    {
      ...{ what: `Auth0 application ${name}`, id: found.clientId ?? found.id, resource: name },
      type: 'auth0:index/client:Client',
      remove: `auth0 apps delete ${found.clientId ?? found.id}`,
    },
  ]
}
