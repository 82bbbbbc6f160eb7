import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../../config/backups/place.ts'
import { bucketSettings } from './bucket.ts'
import { bucketKeeper, SIGNED_REGION } from './bucket-keeper.ts'
import { SpacesCopy } from './copy.ts'

export interface SpacesArgs {
  /** A region that has Spaces. */
  region: string
  /** Does the engine refuse to delete the bucket? */
  protect: boolean
  /** Of a second bucket, with a copy. */
  copyRegion?: string
}

/** Days that a version stays after it was overwritten or removed. */
const OLD_VERSION_DAYS = 30

/**
 * A bucket of Spaces for backups, with versions, and the one key that the host has: it reads and writes
 * this bucket and no other. The plugin makes buckets with a key of full access, which is one of the
 * stack's own and never leaves its state.
 */
export class SpacesBackups extends pulumi.ComponentResource {
  readonly place: pulumi.Output<BucketPlace>
  /** Absent where there is none. */
  readonly copy?: SpacesCopy

  constructor(name: string, args: SpacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:SpacesBackups', name, {}, opts)
    const parent = { parent: this }
    const { region } = args
    const { provider, endpoint } = bucketKeeper(`${name}-buckets`, this)
    const bucket = new SpacesBucket(`${name}-backups`, bucketSettings(region, OLD_VERSION_DAYS), {
      ...parent,
      provider,
      protect: args.protect,
    })
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
        endpoint: endpoint(region),
        region: SIGNED_REGION,
        bucket: bucket.name,
        key: key.accessKey,
        secret: key.secretKey,
      }),
    )
    const { copyRegion, protect } = args
    if (copyRegion) {
      const to = { region: copyRegion, endpoint: endpoint(copyRegion) }
      const first = this.place
      this.copy = new SpacesCopy(name, { ...to, first, protect, provider }, parent)
    }
    this.registerOutputs({})
  }
}
