import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../../config/backups/place.ts'
import { VERSION_DAYS } from '../../config/backups/versions.ts'
import { tellKept } from '../kept/index.ts'
import { bucketSettings } from './bucket.ts'

export interface SpacesCopyArgs {
  /** Of the second bucket. */
  region: string
  /** The first bucket, as the host has it. */
  first: pulumi.Output<BucketPlace>
  /** Host name of the region's endpoint. */
  endpoint: string
  /** Does the engine refuse to delete the bucket? */
  protect: boolean
  /** Does it stay where the stack goes all the same? */
  keep: boolean
  /** With a key that makes buckets, and what waits until it does. */
  provider: pulumi.ProviderResource
  known: pulumi.Resource
}

/**
 * A second bucket for backups, in another region, and its keys, none of which the host has: the one of
 * `backup copy` reads the first bucket and writes this one; a restore has one that reads this one.
 */
export class SpacesCopy extends pulumi.ComponentResource {
  /** Secrets, both: what `backup copy` needs, and where to restore from. */
  readonly copier: pulumi.Output<{ from: BucketPlace; to: BucketPlace }>
  readonly place: pulumi.Output<BucketPlace>

  constructor(name: string, args: SpacesCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:SpacesCopy', name, {}, opts)
    const { region, first, endpoint, protect, keep, provider, known } = args
    const parent = { parent: this }
    const own = `${name}-backups-copy`
    const bucket = new SpacesBucket(own, bucketSettings(region, VERSION_DAYS.copy), {
      ...{ ...parent, provider, protect, retainOnDelete: keep, dependsOn: known },
    })
    const firstName = pulumi.unsecret(first.bucket)
    const copier = new SpacesKey(
      own,
      {
        name: own,
        grants: [
          { bucket: firstName, permission: 'read' },
          { bucket: bucket.name, permission: 'readwrite' },
        ],
      },
      parent,
    )
    const reader = new SpacesKey(
      `${own}-reader`,
      { name: `${own}-reader`, grants: [{ bucket: bucket.name, permission: 'read' }] },
      parent,
    )
    const opened = (place: object, { accessKey, secretKey }: SpacesKey) =>
      pulumi.output({ ...place, key: accessKey, secret: secretKey }) as pulumi.Output<BucketPlace>
    const second = { endpoint, region: first.region, bucket: bucket.name }
    const from = { endpoint: first.endpoint, region: first.region, bucket: firstName }
    this.copier = pulumi.secret(
      pulumi.output({ from: opened(from, copier), to: opened(second, copier) }),
    )
    this.place = pulumi.secret(opened(second, reader))
    tellKept(
      own,
      keep,
      pulumi.output({ kind: 'bucket' as const, name: bucket.name, endpoint }),
      this,
    )
    // As that of the first bucket.
    this.registerOutputs({ keeps: keep })
  }
}
