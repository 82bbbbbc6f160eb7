import * as command from '@pulumi/command'
import { Provider } from '@pulumi/digitalocean/provider.js'
import { SpacesKey } from '@pulumi/digitalocean/spacesKey.js'
import * as pulumi from '@pulumi/pulumi'

const ENDPOINT = 'https://{{.Region}}.digitaloceanspaces.com'
/** What every client signs for, whatever the region (terraform-provider-digitalocean, config.go). */
export const SIGNED_REGION = 'us-east-1'

/** What makes buckets of Spaces. */
export interface BucketKeeper {
  provider: Provider
  /** The endpoints know the key: a bucket depends on it. */
  known: pulumi.Resource
  /** Of a region: `fra1.digitaloceanspaces.com`, with a port where it is not 443. */
  endpoint(region: string): string
}

/**
 * The plugin makes buckets with a key of full access, which is one of the stack's own and never leaves its
 * state.
 * @param name of the key and of the provider
 * @param regions that it makes buckets in
 */
export function bucketKeeper(
  name: string,
  regions: string[],
  parent: pulumi.ComponentResource,
): BucketKeeper {
  const owner = new SpacesKey(
    name,
    { name, grants: [{ bucket: '', permission: 'fullaccess' }] },
    { parent },
  )
  const settings = new pulumi.Config('digitalocean')
  const endpoint = settings.get('spacesEndpoint') ?? process.env.SPACES_ENDPOINT_URL ?? ENDPOINT
  const provider = new Provider(
    name,
    {
      // A provider of the program's own does not read the stack's settings.
      token: settings.getSecret('token'),
      apiEndpoint: settings.get('apiEndpoint'),
      spacesEndpoint: endpoint,
      spacesAccessId: owner.accessKey,
      spacesSecretKey: owner.secretKey,
    },
    { parent },
  )
  const endpoints = regions.map((region) => hostOf(endpoint, region))
  const { accessKey: key, secretKey: secret } = owner
  const order = { endpoints, region: SIGNED_REGION, key, secret }
  const known = new command.local.Command(
    `${name}-known`,
    {
      create: 'node components/backups/new-key.ts',
      stdin: pulumi.secret(pulumi.jsonStringify(order)),
      addPreviousOutputInEnv: false,
      logging: 'none',
    },
    { parent, customTimeouts: { create: '5m', update: '5m' } },
  )
  return { provider, known, endpoint: (region) => hostOf(endpoint, region) }
}

const hostOf = (template: string, region: string): string =>
  new URL(template.replace(/\{\{\s*\.Region\s*\}\}/g, region)).host
