import { findKey } from '../account.ts'
import {
  findImage,
  type Image,
  REGIONS,
  regionBySlug,
  type Size,
  sizeBySlug,
} from '../catalogue.ts'
import { unprocessable } from '../errors.ts'
import { type Body, flag, integer, objects, text, texts } from '../request.ts'
import type { BackupPolicy, Store, VpcRow } from '../state.ts'

/** A checked request for one or several droplets that differ in their names alone. */
export interface DropletRequest {
  names: string[]
  region: string
  size: Size
  image: Image
  publicKeys: string[]
  tags: string[]
  userData?: string
  backups: BackupPolicy | null
  ipv6: boolean
  monitoring: boolean
  agent: boolean
  publicNetworking: boolean
  vpc?: VpcRow
}

/** The most bytes of user data that the API takes. */
const USER_DATA_BYTES = 64 * 1024
const MOST_AT_ONCE = 10

/** Checks `POST /v2/droplets` in the API's order and in its words, where they are known. */
export function readDropletRequest(body: Body, store: Store): DropletRequest {
  const names = body.names === undefined ? [text(body, 'name') ?? ''] : texts(body, 'names')
  if (names.length > MOST_AT_ONCE) {
    throw unprocessable(`You may only create up to ${MOST_AT_ONCE} Droplets at once`)
  }
  for (const name of names) checkHostname(name)
  if (names.length === 0) throw unprocessable("Name can't be blank")

  const size = sizeBySlug(text(body, 'size') ?? '')
  const slug = text(body, 'region') || size?.regions[0]
  const region = slug ? regionBySlug(slug) : REGIONS[0]
  if (!region) throw unprocessable('You specified an invalid region for Droplet creation.')
  if (!size) throw unprocessable('You specified an invalid size for Droplet creation.')
  if (!region.available) throw unprocessable('Region is not available')
  if (!size.regions.includes(region.slug)) {
    throw unprocessable('Size is not available in this region.')
  }
  const image = findImage(body.image as string | number)
  if (!image) throw unprocessable('You specified an invalid image for Droplet creation.')
  if (image.min_disk_size > size.disk) {
    throw unprocessable('Size is too small for the image you specified.')
  }

  const userData = text(body, 'user_data')
  if (userData && Buffer.byteLength(userData) > USER_DATA_BYTES) {
    throw unprocessable(`User data is too long (maximum is ${USER_DATA_BYTES} bytes)`)
  }
  if (objectsOrTexts(body, 'volumes').length > 0) {
    throw unprocessable('failed to resolve volume')
  }
  return {
    names,
    region: region.slug,
    size,
    image,
    publicKeys: publicKeys(body.ssh_keys, store),
    tags: texts(body, 'tags'),
    ...(userData && { userData }),
    backups: flag(body, 'backups') ? readBackupPolicy(body) : null,
    ipv6: flag(body, 'ipv6'),
    monitoring: flag(body, 'monitoring'),
    agent: body.with_droplet_agent !== false,
    publicNetworking: body.public_networking !== false,
    ...vpcOf(body, region.slug, store),
  }
}

export function checkHostname(name: string): void {
  if (name === '') throw unprocessable("Name can't be blank")
  if (name.length > 255) throw unprocessable('Name is too long (maximum is 255 characters)')
  if (!/^[a-zA-Z0-9]?[a-z0-9A-Z.-]*[a-z0-9A-Z]$/.test(name)) {
    throw unprocessable('Name Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)')
  }
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** `backup_policy` of the body; weekly on Sundays at 4 o'clock if there is none. */
export function readBackupPolicy(body: Body): BackupPolicy {
  const given = (body.backup_policy ?? {}) as Body
  const plan = text(given, 'plan') ?? 'weekly'
  const weekday = text(given, 'weekday') ?? 'SUN'
  const hour = integer(given, 'hour') ?? 4
  if (!['daily', 'weekly'].includes(plan)) {
    throw unprocessable('backup policy plan must be one of: daily, weekly')
  }
  if (!DAYS.includes(weekday)) {
    throw unprocessable(`backup policy weekday must be one of: ${DAYS.join(', ')}`)
  }
  if (![0, 4, 8, 12, 16, 20].includes(hour)) {
    throw unprocessable('backup policy hour must be one of: 0, 4, 8, 12, 16, 20')
  }
  return { plan, hour, ...(plan === 'weekly' && { weekday }) }
}

function publicKeys(identifiers: unknown, store: Store): string[] {
  const list = identifiers ?? []
  if (!Array.isArray(list)) throw unprocessable('ssh_keys must be an array')
  const unknown = list.filter((identifier) => !findKey(store, identifier))
  if (unknown.length > 0) {
    throw unprocessable(`${unknown.join(', ')} are invalid key identifiers for Droplet creation.`)
  }
  return list.map((identifier) => findKey(store, identifier)?.publicKey ?? '')
}

function vpcOf(body: Body, region: string, store: Store): { vpc?: VpcRow } {
  const id = text(body, 'vpc_uuid')
  if (!id) return {}
  const vpc = store.state.vpcs.find((each) => each.id === id)
  if (!vpc) throw unprocessable('failed to resolve VPC')
  if (vpc.region !== region) throw unprocessable('VPC is not in the same region as the Droplet')
  return { vpc }
}

function objectsOrTexts(body: Body, key: string): unknown[] {
  const value = body[key] ?? []
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
    ? value
    : objects(body, key)
}
