import { regionBySlug } from '../catalogue.ts'
import { unprocessable } from '../errors.ts'
import { type Body, integer, text } from '../request.ts'
import type { State, Store, VpcRow } from '../state.ts'
import { defaultVpc } from '../vpcs.ts'
import {
  DATABASE_SIZES,
  type DatabaseSize,
  DEFAULT_VERSION,
  databaseSize,
  versionsOffered,
} from './catalogue.ts'
import type { DatabaseRow } from './rows.ts'

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Lower-case letters, digits and dashes, 3 to 63 of them, unique in the account. */
export function readName(body: Body, clusters: DatabaseRow[]): string {
  const name = text(body, 'name') ?? ''
  if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
    throw unprocessable(
      'invalid name: 3 to 63 lowercase letters, numbers and dashes, beginning with a letter',
    )
  }
  if (clusters.some((one) => one.name === name)) {
    throw unprocessable('cluster name is not available')
  }
  return name
}

/** PostgreSQL is the one engine that is simulated. */
export function readEngine(body: Body): void {
  const engine = text(body, 'engine')
  if (engine !== 'pg') throw unprocessable(`invalid engine ${engine}: the sandbox has pg alone`)
}

/** One that a cluster can get at a time. */
export function readVersion(body: Body, now: number): string {
  const version = text(body, 'version') || DEFAULT_VERSION
  const offered = versionsOffered(now)
  if (!offered.includes(version)) {
    throw unprocessable(`invalid version ${version}: one of ${offered.join(', ')}`)
  }
  return version
}

/** Size and number of nodes, which must go together. */
export function readLayout(body: Body): { size: DatabaseSize; nodes: number } {
  const slug = text(body, 'size') ?? ''
  const size = databaseSize(slug)
  if (!size) {
    const slugs = DATABASE_SIZES.map((one) => one.slug).join(', ')
    throw unprocessable(`invalid size ${slug}: one of ${slugs}`)
  }
  const nodes = integer(body, 'num_nodes') ?? 0
  if (nodes < 1 || nodes > size.nodes) {
    throw unprocessable(`invalid num_nodes ${nodes}: ${slug} allows 1 to ${size.nodes}`)
  }
  return { size, nodes }
}

/** MiB; what the size includes if absent, and up to ten times of it in steps of 10 GiB. */
export function readStorage(body: Body, { storage }: DatabaseSize, least = storage): number {
  const wanted = integer(body, 'storage_size_mib') || Math.max(storage, least)
  if (wanted < least || wanted > storage * 10 || (wanted - storage) % 10_240 !== 0) {
    throw unprocessable(
      `invalid storage_size_mib ${wanted}: from ${least} to ${storage * 10} in steps of 10240`,
    )
  }
  return wanted
}

export function readRegion(body: Body): string {
  const region = text(body, 'region') ?? ''
  if (!regionBySlug(region)?.available) throw unprocessable(`invalid region ${region}`)
  return region
}

/** The network that is named, which must be in the region; the region's default one if none is. */
export function readNetwork(body: Body, region: string, store: Store): VpcRow {
  const id = text(body, 'private_network_uuid')
  if (!id) return defaultVpc(store, region)
  const found = store.state.vpcs.find((one) => one.id === id)
  if (!found) throw unprocessable(`invalid private_network_uuid: there is no VPC ${id}`)
  if (found.region !== region) {
    throw unprocessable(`invalid private_network_uuid: the VPC is in ${found.region}`)
  }
  return found
}

export function readProject(body: Body, state: State) {
  const id = text(body, 'project_id')
  const found = id ? state.projects.find((one) => one.id === id) : undefined
  if (id && !found) throw unprocessable(`invalid project_id ${id}`)
  return found
}

/** `{day, hour}`; the hour as `02:00` or `02:00:00`, UTC. */
export function readMaintenance(body: Body): DatabaseRow['maintenance'] {
  const day = (text(body, 'day') ?? '').toLowerCase()
  const hour = text(body, 'hour') ?? ''
  if (!DAYS.includes(day)) throw unprocessable(`invalid day: one of ${DAYS.join(', ')}`)
  const [, time, seconds = ':00'] = /^((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?$/.exec(hour) ?? []
  if (!time) throw unprocessable('invalid hour: a time such as 02:00, UTC')
  return { day, hour: `${time}${seconds}` }
}
