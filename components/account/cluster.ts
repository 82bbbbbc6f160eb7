import { log } from '@pulumi/pulumi'
import { MANAGED_VERSIONS, type ManagedDatabase } from '../../config/database/managed.ts'
import { type Former, ofKind } from '../state.ts'
import { ask } from './digitalocean.ts'
import { configurationError } from './error.ts'

export interface ClusterOptions {
  /** The managed database; absent where there is none. */
  managed?: Wanted
}

type Wanted = Pick<ManagedDatabase, 'size' | 'nodes' | 'version' | 'region'>

/** Of `/v2/databases/options`: what there is of one engine. */
interface Offer {
  regions: string[]
  versions: string[]
  layouts: { num_nodes: number; sizes: string[] }[]
}

interface DatabaseOptions {
  options: { pg: Offer }
  version_availability?: { pg?: { version: string; end_of_availability: string | null }[] }
}

/** Clusters of an account (https://docs.digitalocean.com/products/databases/postgresql/details/limits/). */
const DEFAULT_LIMIT = 10
/** Slugs that an error names. */
const SHOWN = 6

/**
 * Does DigitalOcean have the cluster that is to be made, or what the stack's is to become? One that stays
 * as it is needs nothing of what is sold. Says so where the account may have no room for a new one.
 * @throws RunError before anything is made
 */
export async function checkCluster({ managed }: ClusterOptions, state: Former[]): Promise<void> {
  if (!managed) return
  const former = ofKind(state, 'DatabaseCluster').at(0)?.outputs
  const isLaidOut = former?.size === managed.size && former.nodeCount === managed.nodes
  const isThere = former?.region === managed.region
  if (isLaidOut && isThere) return
  const [answer] = await Promise.all([
    ask<DatabaseOptions>('/v2/databases/options'),
    former ? undefined : warnOfLimit(),
  ])
  if (!answer) return
  const { pg } = answer.options
  if (!former) checkVersion(managed, answer)
  if (!isLaidOut) checkLayout(managed, pg)
  if (!isThere) checkRegion(managed, pg)
}

function checkVersion(
  { version }: Wanted,
  { options, version_availability }: DatabaseOptions,
): void {
  const ended = (version_availability?.pg ?? [])
    .filter(({ end_of_availability: end }) => end !== null && Date.parse(end) <= Date.now())
    .map((one) => one.version)
  const offered = options.pg.versions.filter((one) => !ended.includes(one))
  if (offered.includes(version)) return
  const allowed = MANAGED_VERSIONS.filter((one) => offered.includes(one))
  throw configurationError(
    `databaseVersion = ${version} is not a version that DigitalOcean makes new databases with`,
    allowed.join(', ') || 'none at present',
    `pulumi config set databaseVersion ${allowed.at(-1) ?? '17'}`,
  )
}

function checkLayout({ size, nodes }: Wanted, { layouts }: Offer): void {
  const having = layouts.filter(({ sizes }) => sizes.includes(size)).map((one) => one.num_nodes)
  if (having.includes(nodes)) return
  const sizes = layouts.find((one) => one.num_nodes === nodes)?.sizes ?? []
  const other = `pulumi config set databaseSize ${sizes[0] ?? 'db-s-1vcpu-1gb'}`
  if (having.length === 0) {
    throw configurationError(
      `databaseSize = "${size}" is not a size that DigitalOcean has for PostgreSQL`,
      `among others ${sizes.slice(0, SHOWN).join(', ') || 'db-s-1vcpu-1gb'}`,
      other,
    )
  }
  const counts = having.sort((one, another) => one - another)
  throw configurationError(
    `databaseNodes = ${nodes} is not a number of nodes that DigitalOcean has for databaseSize = "${size}"`,
    `${counts.join(', ')} with that size`,
    `pulumi config set databaseNodes ${counts.at(-1)}${sizes[0] ? `, or ${other}` : ''}`,
  )
}

function checkRegion({ region }: Wanted, { regions }: Offer): void {
  if (regions.includes(region)) return
  throw configurationError(
    `region = "${region}" has no managed databases`,
    [...regions].sort().join(', ') || 'no region at present',
    `pulumi config set region ${regions.includes('fra1') ? 'fra1' : (regions[0] ?? 'fra1')}`,
  )
}

/** The API tells no limit, and DigitalOcean may have raised the account's, so that this is no error. */
async function warnOfLimit(): Promise<void> {
  // The reference has no `meta` in this list; where it comes all the same it counts every page.
  const list = await ask<{ databases?: unknown[]; meta?: { total?: number } }>(
    '/v2/databases?per_page=200',
  )
  const count = list?.meta?.total ?? list?.databases?.length ?? 0
  if (count < DEFAULT_LIMIT) return
  await log.warn(
    `the DigitalOcean account has ${count} database clusters, and this stack makes one more; an account has ${DEFAULT_LIMIT} ` +
      'unless DigitalOcean has raised that. Where it is refused: delete one (doctl databases list), or ask DigitalOcean for more',
  )
}
