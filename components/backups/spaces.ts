import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../../config/backups/place.ts'
import { bucketKeeper, SIGNED_REGION } from './bucket-keeper.ts'

export interface SpacesArgs {
  /** A region that has Spaces. */
  region: string
  /** Does the engine refuse to delete the bucket? */
  protect: boolean
}

/** Days that a version stays after it was overwritten or removed. */
const OLD_VERSION_DAYS = 30
const PART_DAYS = 3

/**
 * A bucket of Spaces for backups, with versions, and the one key that the host has: it reads and writes
 * this bucket and no other. The plugin makes buckets with a key of full access, which is one of the
 * stack's own and never leaves its state.
 */
export class SpacesBackups extends pulumi.ComponentResource {
  readonly place: pulumi.Output<BucketPlace>

  constructor(name: string, args: SpacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:SpacesBackups', name, {}, opts)
    const parent = { parent: this }
    const { region } = args
    const keeper = bucketKeeper(`${name}-buckets`, this)
    const bucket = new SpacesBucket(
      `${name}-backups`,
      {
        region,
        acl: 'private',
        versioning: { enabled: true },
        lifecycleRules: [
          {
            id: 'old-versions',
            enabled: true,
            noncurrentVersionExpiration: { days: OLD_VERSION_DAYS },
          },
          { id: 'parts', enabled: true, abortIncompleteMultipartUploadDays: PART_DAYS },
        ],
      },
      { ...parent, provider: keeper.provider, protect: args.protect },
    )
    const key = new SpacesKey(
      `${name}-backups`,
      {
        name: `${name}-backups`,
        grants: [{ bucket: bucket.name, permission: 'readwrite' }],
      },
      parent,
    )
    this.place = pulumi.secret(
      pulumi.output({
        endpoint: keeper.endpoint(region),
        region: SIGNED_REGION,
        bucket: bucket.name,
        key: key.accessKey,
        secret: key.secretKey,
      }),
    )
    this.registerOutputs({})
  }
}
