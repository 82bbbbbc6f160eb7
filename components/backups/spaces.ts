import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../../config/backups/place.ts'
import { VERSION_DAYS } from '../../config/backups/versions.ts'
import { tellKept } from '../kept/index.ts'
import { bucketSettings } from './bucket.ts'
import { bucketKeeper, SIGNED_REGION } from './bucket-keeper.ts'
import { SpacesCopy } from './copy.ts'

export interface SpacesArgs {
  /** A region that has Spaces. */
  region: string
  /** Does the engine refuse to delete the bucket? */
  protect: boolean
  /** Does it stay where the stack goes all the same? */
  keep: boolean
  /** Of a second bucket, with a copy. */
  copyRegion?: string
}

/**
 * A bucket of Spaces for backups, with versions, and two keys that open this bucket and no other: the one
 * that the host has reads and writes, and one for another host that restores reads. The plugin makes buckets
 * with a key of full access, which is one of the stack's own and never leaves its state.
 */
export class SpacesBackups extends pulumi.ComponentResource {
  readonly place: pulumi.Output<BucketPlace>
  /** With the key that reads alone, which this host has not. */
  readonly reader: pulumi.Output<BucketPlace>
  /** Absent where there is none. */
  readonly copy?: SpacesCopy

  constructor(name: string, args: SpacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:SpacesBackups', name, {}, opts)
    const parent = { parent: this }
    const { region, copyRegion, protect, keep } = args
    const regions = [region, ...(copyRegion ? [copyRegion] : [])]
    const { provider, known, endpoint } = bucketKeeper(`${name}-buckets`, regions, this)
    const bucket = new SpacesBucket(
      `${name}-backups`,
      bucketSettings(region, VERSION_DAYS.backups),
      { ...parent, provider, protect, retainOnDelete: keep, dependsOn: known },
    )
    const opened = (own: string, permission: string) => {
      const grants = [{ bucket: bucket.name, permission }]
      const { accessKey, secretKey } = new SpacesKey(own, { name: own, grants }, parent)
      const place = { endpoint: endpoint(region), region: SIGNED_REGION, bucket: bucket.name }
      return pulumi.secret(pulumi.output({ ...place, key: accessKey, secret: secretKey }))
    }
    this.place = opened(`${name}-backups`, 'readwrite')
    this.reader = opened(`${name}-backups-reader`, 'read')
    const item = { kind: 'bucket' as const, name: bucket.name, endpoint: endpoint(region) }
    tellKept(`${name}-bucket`, keep, pulumi.output(item), this)
    if (copyRegion) {
      const to = { region: copyRegion, endpoint: endpoint(copyRegion) }
      const first = this.place
      this.copy = new SpacesCopy(name, { ...to, first, protect, keep, provider, known }, parent)
    }
    // Whether its loss was consented to, for a program that has it no more.
    this.registerOutputs({ keeps: keep })
  }
}
