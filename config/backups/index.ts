import { type Kept, keptData } from '../protection.ts'
import type { Values } from '../rules.ts'
import type { BucketPlace } from './place.ts'

/** Regions that have Spaces (terraform-provider-digitalocean, digitalocean/spaces/spaces_entities.go). */
export const SPACES_REGIONS: string[] = [
  ...['ams3', 'atl1', 'blr1', 'fra1', 'lon1', 'nyc3', 'sfo2', 'sfo3', 'sgp1', 'syd1', 'tor1'],
]

/** One for a copy of what lies in `region`. */
export const anotherRegion = (region: string): string =>
  SPACES_REGIONS.find((one) => one !== region) as string

/** `protect` and `keep` are of the passphrase too, and of a bucket of the stack's own. */
interface Common extends Kept {
  /** How many of each are kept. */
  keepDaily: number
  keepWeekly: number
}

/** To a bucket of Spaces that the stack makes. */
export interface SpacesBackupSettings extends Common {
  kind: 'spaces'
  /** Of the bucket. */
  region: string
  /** Of a second bucket, with a copy; absent where there is none. */
  copyRegion?: string
}

/** To a bucket of any S3 that is there, and is not the stack's. */
export interface S3BackupSettings extends Common {
  kind: 's3'
  place: BucketPlace
  /** The same with a key that reads alone; absent where there is none. */
  reader?: BucketPlace
}

/** Backups of what is on the volume. */
export type BackupSettings = SpacesBackupSettings | S3BackupSettings

/** The stack's backups; undefined where there are none. */
export function backupsOf(values: Values): BackupSettings | undefined {
  const { backups, keepDaily, keepWeekly } = values
  const kept = keptData(values, 'backups')
  if (backups === 'spaces') {
    const region = values.backupRegion || values.region
    const copy = values.backupCopyRegion ? { copyRegion: values.backupCopyRegion } : {}
    return { kind: 'spaces', region, ...copy, keepDaily, keepWeekly, ...kept }
  }
  if (backups !== 's3') return undefined
  const place = placeOf(values)
  const { backupReaderAccessKey: key, backupReaderSecretKey: secret } = values
  const reader = key ? { reader: { ...place, key, secret } } : {}
  return { kind: 's3', place, ...reader, keepDaily, keepWeekly, ...kept }
}

/** What clients sign for at most servers that are not AWS's. */
const USUAL_REGION = 'us-east-1'

function placeOf(values: Values): BucketPlace {
  const { backupBucket, backupEndpoint, backupRegion, backupAccessKey, backupSecretKey } = values
  return {
    endpoint: backupEndpoint || `s3.${backupRegion}.amazonaws.com`,
    region: backupRegion || USUAL_REGION,
    bucket: backupBucket,
    key: backupAccessKey,
    secret: backupSecretKey,
  }
}
