import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import type { SeedAccess } from '../../config/seed/access.ts'
import type { SnapshotSettings } from '../../config/seed/index.ts'
import { bucketKeeper, SIGNED_REGION } from '../backups/bucket-keeper.ts'

const PASSPHRASE = { length: 40, special: false }

/**
 * A bucket of Spaces for anonymised snapshots of the database, apart from that of the backups: one key
 * writes, for the job that anonymises; the other reads, for environments, and opens this bucket alone. The
 * bucket goes with the stack whatever is in it, as snapshots can be made again.
 */
export class SeedBucket extends pulumi.ComponentResource {
  /** Both are secrets. */
  readonly writer: pulumi.Output<SeedAccess>
  readonly reader: pulumi.Output<SeedAccess>

  constructor(name: string, args: SnapshotSettings, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:SeedBucket', name, {}, opts)
    const parent = { parent: this }
    const { region } = args
    const keeper = bucketKeeper(`${name}-seed-buckets`, [region], this)
    const bucket = new SpacesBucket(
      `${name}-seed`,
      { region, acl: 'private', forceDestroy: true },
      { ...parent, provider: keeper.provider, dependsOn: keeper.known },
    )
    const { result: passphrase } = new random.RandomPassword(`${name}-seed`, PASSPHRASE, parent)
    const access = (who: string, permission: string) => {
      const key = new SpacesKey(
        `${name}-seed-${who}`,
        { name: `${name}-seed-${who}`, grants: [{ bucket: bucket.name, permission }] },
        parent,
      )
      return pulumi.secret(
        pulumi.output({
          endpoint: keeper.endpoint(region),
          region: SIGNED_REGION,
          bucket: bucket.name,
          key: key.accessKey,
          secret: key.secretKey,
          passphrase,
        }),
      )
    }
    this.writer = access('writer', 'readwrite')
    this.reader = access('reader', 'read')
    this.registerOutputs({})
  }
}
