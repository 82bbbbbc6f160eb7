import type { BucketPlace } from '../../config/backups/place.ts'

/** A bucket of snapshots, a key to it, and what opens what is in it; a host takes it as it is. */
export interface SeedAccess extends BucketPlace {
  passphrase: string
}
