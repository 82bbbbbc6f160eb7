import { isZoneProtected } from '../protection.ts'
import type { Values } from '../rules.ts'

/** Regions that have Spaces (terraform-provider-digitalocean, digitalocean/spaces/spaces_entities.go). */
export const SPACES_REGIONS: string[] = [
  ...['ams3', 'atl1', 'blr1', 'fra1', 'lon1', 'nyc3', 'sfo2', 'sfo3', 'sgp1', 'syd1', 'tor1'],
]

/** Backups of what is on the volume, to a bucket of Spaces. */
export interface BackupSettings {
  /** Of the bucket. */
  region: string
  /** How many of each are kept. */
  keepDaily: number
  keepWeekly: number
  /** Does the engine keep the bucket from being deleted? */
  protect: boolean
}

/** The stack's backups; undefined where there are none. */
export function backupsOf(values: Values): BackupSettings | undefined {
  if (values.backups !== 'spaces') return undefined
  return {
    region: values.backupRegion || values.region,
    keepDaily: values.keepDaily,
    keepWeekly: values.keepWeekly,
    protect: isZoneProtected(values) && !values.allowDelete.includes('backups'),
  }
}
