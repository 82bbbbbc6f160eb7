import { Provider } from '@pulumi/digitalocean/provider.js'
import { SpacesBucket } from '@pulumi/digitalocean/spacesBucket.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'
import type { BucketPlace } from '../../config/backups/place.ts'

export interface SpacesArgs {
  /** A region that has Spaces. */
  region: string
  /** Does the engine refuse to delete the bucket? */
  protect: boolean
}

const ENDPOINT = 'https://{{.Region}}.digitaloceanspaces.com'
/** What every client signs for, whatever the region (terraform-provider-digitalocean, config.go). */
const SIGNED_REGION = 'us-east-1'
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
    const owner = new SpacesKey(
      `${name}-buckets`,
      { name: `${name}-buckets`, grants: [{ bucket: '', permission: 'fullaccess' }] },
      parent,
    )
    const settings = new pulumi.Config('digitalocean')
    const endpoint = settings.get('spacesEndpoint') ?? process.env.SPACES_ENDPOINT_URL ?? ENDPOINT
    const provider = new Provider(
      `${name}-buckets`,
      {
        // A provider of the program's own does not read the stack's settings.
        token: settings.getSecret('token'),
        apiEndpoint: settings.get('apiEndpoint'),
        spacesEndpoint: endpoint,
        spacesAccessId: owner.accessKey,
        spacesSecretKey: owner.secretKey,
      },
      parent,
    )
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
      { ...parent, provider, protect: args.protect },
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
        endpoint: hostOf(endpoint, region),
        region: SIGNED_REGION,
        bucket: bucket.name,
        key: key.accessKey,
        secret: key.secretKey,
      }),
    )
    this.registerOutputs({})
  }
}

/** `fra1.digitaloceanspaces.com`, with a port where it is not 443. */
const hostOf = (template: string, region: string): string =>
  new URL(template.replace(/\{\{\s*\.Region\s*\}\}/g, region)).host
