import { log, RunError } from '@pulumi/pulumi'
import type { VolumeSettings } from '../../config/volume/index.ts'
import { remembered } from '../release/live.ts'
import { type Former, ofKind } from '../state.ts'
import { emptied, type KeptBackups, keptBackups } from './backups.ts'
import { ask } from './digitalocean.ts'
import { configurationError } from './error.ts'
import { isGivenUp } from './given-up.ts'

/**
 * Can the volume that the stack has become the one that is wanted? It grows in place; it neither
 * shrinks nor moves, and is not deleted without a consent.
 * @throws RunError before anything is made
 */
export function checkVolume(state: Former[], wanted: VolumeSettings | undefined): void {
  const volume = ofKind(state, 'Volume').find(({ type }) => type.startsWith('digitalocean:'))
  if (!volume) return
  const { name, size, region } = volume.outputs
  if (!wanted) {
    checkStays(state, `${name}`, size)
    return
  }
  if (wanted.size < size) {
    throw configurationError(
      `volume = ${wanted.size} is less than the ${size} GiB of the stack's volume ${name}, and a volume cannot shrink`,
      `a whole number from ${size}`,
      `pulumi config set volume ${size}`,
    )
  }
  if (wanted.region !== region && wanted.keep) {
    throw configurationError(
      `region = "${wanted.region}" is not where the stack's volume ${name} is, and a volume cannot move: the stack would get an empty one`,
      `${region}, where the data is`,
      `pulumi config set region ${region}, or give the data up: pulumi config set --path 'allowDelete[0]' volume`,
    )
  }
}

/** The engine deletes what a program no longer has. */
function checkStays(state: Former[], name: string, size: number): void {
  if (isGivenUp(ofKind(state, 'DataVolume')[0])) return
  throw new RunError(
    `volume is not set, but this stack has the volume ${name} (${size} GiB) and would delete it, with everything on it. Fix, one of:\n` +
      `    the stack goes on with it: pulumi config set volume ${size}\n` +
      `    the data is given up, and with it what needs a volume: ${givenUp(state, size)}\n` +
      'Nothing was created or changed.',
  )
}

/**
 * What needs a volume is set once more, with the consent that each asks for: backups go no other way, nor does
 * a cluster beside a database on the host.
 */
function givenUp(state: Former[], size: number): string {
  const backups = keptBackups(state)
  const has = (kind: string) => ofKind(state, kind).some((one) => !isGivenUp(one))
  const live = remembered(state)?.database
  const isLocal = live ? live === 'local' : has('LocalDatabase')
  const cluster = isLocal && has('ManagedDatabase')
  const first = consented(
    {
      volume: size,
      ...(isLocal && { database: 'local' }),
      ...(cluster && { databaseBeside: 'managed' }),
      ...backups?.settings,
    },
    [...(backups ? ['backups'] : []), 'volume', ...(cluster ? ['database'] : [])],
  )
  const before = backups ? asBefore(backups, isLocal || live === 'managed') : ''
  const none = isLocal ? 'pulumi config set database none && ' : ''
  const keys = ['volume', 'appVolumes', 'databaseBeside', ...(backups?.keys ?? [])]
  return `${before}${first}, ${emptied(backups?.buckets ?? [])}then ${none}pulumi config rm-all ${keys.join(' ')} && pulumi up`
}

function consented(settings: Record<string, string | number>, words: string[]): string {
  return [
    ...Object.entries(settings).map(([key, value]) => `pulumi config set ${key} ${value}`),
    ...words.map((word, at) => `pulumi config set --path 'allowDelete[${at}]' ${word}`),
    'pulumi up',
  ].join(' && ')
}

/** What backups ask for and no state tells. */
function asBefore({ settings }: KeptBackups, hasRows: boolean): string {
  const keys = [
    ...(settings.backups === 's3' ? ['the keys of s3'] : []),
    ...(hasRows ? [] : ['appVolumes']),
  ]
  return keys.length > 0 ? `${keys.join(' and ')} as before, ` : ''
}

/**
 * The provider takes a detachment of what is detached already for an error, so an update that was
 * killed in the midst of one, or a volume that was detached by hand, needs a look at the account. The
 * state does not tell that from a kill right after it, which needs none.
 */
export async function warnOfDetached(state: Former[]): Promise<void> {
  const attachment = ofKind(state, 'VolumeAttachment')[0]?.outputs
  if (!attachment) return
  const { dropletId, volumeId } = attachment
  type Found = { volume: { name: string; droplet_ids: number[] | null } }
  const found = await ask<Found>(`/v2/volumes/${volumeId}`)
  if (!found || found.volume.droplet_ids?.includes(dropletId)) return
  await log.warn(
    `the volume ${found.volume.name} is not attached to the droplet ${dropletId}, where the state has it: ` +
      'an update was killed, or it was detached by hand. Fix, if this update cannot detach it: pulumi refresh, then pulumi up.',
  )
}
