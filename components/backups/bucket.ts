import type { SpacesBucketArgs } from '@pulumi/digitalocean/spacesBucket.js'

/** What is left of uploads that were broken off. */
const PART_DAYS = 3

/**
 * A bucket for backups: nobody else's to read, with versions.
 * @param days that a version stays after it was overwritten or removed
 */
export const bucketSettings = (region: string, days: number): SpacesBucketArgs => ({
  region,
  acl: 'private',
  versioning: { enabled: true },
  lifecycleRules: [
    { id: 'old-versions', enabled: true, noncurrentVersionExpiration: { days } },
    { id: 'parts', enabled: true, abortIncompleteMultipartUploadDays: PART_DAYS },
  ],
})
