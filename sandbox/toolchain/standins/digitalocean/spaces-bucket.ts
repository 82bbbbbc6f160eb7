import type { S3Client } from '@aws-sdk/client-s3'
import type { SpacesBucketArgs, SpacesBucketState } from '@pulumi/digitalocean/spacesBucket.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import type { DigitalOcean } from './api.ts'
import { member } from './reading.ts'
import { attemptS3, codeOf, s3 } from './spaces.ts'
import { lifecycleRule, rulesFrom, rulesOf } from './spaces-lifecycle.ts'

const REGIONS = 'ams3 atl1 blr1 fra1 lon1 nyc3 sfo2 sfo3 sgp1 syd1 tor1'.split(' ')

/** After the provider's source, digitalocean/spaces/resource_spaces_bucket.go. */
export const spacesBucket: Resource<DigitalOcean, SpacesBucketArgs, SpacesBucketState> = {
  token: 'digitalocean:index/spacesBucket:SpacesBucket',
  autonamed: 'name',
  inputs: {
    name: { type: 'string' },
    region: {
      type: 'string',
      replaces: true,
      filledIn: 'nyc3',
      byDefault: 'nyc3',
      check: (value, name) =>
        REGIONS.includes(String(value).toLowerCase())
          ? undefined
          : `expected ${name} to be one of [${REGIONS.map((one) => `"${one}"`).join(' ')}], got ${value}`,
    },
    acl: { type: 'string', filledIn: 'private', byDefault: 'private' },
    forceDestroy: { type: 'boolean', filledIn: false, byDefault: false },
    // Left out it stays as it is.
    versioning: {
      type: 'object',
      computed: true,
      fields: { enabled: { type: 'boolean', byDefault: false } },
    },
    lifecycleRules: { type: 'list', apiName: 'lifecycle_rule', of: lifecycleRule },
    corsRules: { type: 'list', apiName: 'cors_rule', unsupported: true },
  },
  outputs: {
    bucketDomainName: { type: 'string', computed: true },
    bucketUrn: { type: 'string', computed: true, apiName: 'urn' },
    endpoint: { type: 'string', computed: true },
  },

  async create(api, { name, region, acl }) {
    const client = await api.spaces(String(region))
    const { CreateBucketCommand } = await s3()
    const make = new CreateBucketCommand({ Bucket: String(name), ACL: acl as 'private' })
    await attemptS3('Error creating Spaces bucket: ', client.send(make))
    return String(name)
  },

  async ready(api, id, wanted) {
    const client = await api.spaces(String(wanted.region))
    if (member(wanted, 'versioning', 'enabled') === true) await setVersioning(client, id, true)
    if (rulesOf(wanted).length > 0) await setLifecycle(client, id, wanted)
  },

  async read(api, id, known) {
    const [given, name] = id.includes(',') ? (id.split(',') as [string, string]) : [undefined, id]
    const region = given ?? String(known.region ?? 'nyc3')
    const client = await api.spaces(region)
    const { GetBucketLocationCommand, GetBucketVersioningCommand, HeadBucketCommand } = await s3()
    const Bucket = name
    try {
      await client.send(new HeadBucketCommand({ Bucket }))
    } catch (error) {
      if (codeOf(error) === 'NotFound') throw new NotFound(`Spaces Bucket (${name}) not found`)
      await attemptS3(`error reading Spaces bucket "${name}": `, Promise.reject(error))
    }
    const location = await attemptS3('', client.send(new GetBucketLocationCommand({ Bucket })))
    const versioning = await attemptS3('', client.send(new GetBucketVersioningCommand({ Bucket })))
    const at = String(location.LocationConstraint || region)
    return {
      name,
      region: at,
      bucketDomainName: `${name}.${region}.digitaloceanspaces.com`,
      bucketUrn: `do:space:${name}`,
      endpoint: `${at}.digitaloceanspaces.com`,
      versioning: { enabled: versioning.Status === 'Enabled' },
      lifecycleRules: await lifecycleIn(client, name),
    }
  },

  importedId: (given) => given.split(',').at(-1) as string,

  async update(api, id, { wanted, changes }) {
    const client = await api.spaces(String(wanted.region))
    const { PutBucketAclCommand } = await s3()
    if (changes('acl')) {
      const put = new PutBucketAclCommand({ Bucket: id, ACL: wanted.acl as 'private' })
      await attemptS3('Error putting Spaces ACL: ', client.send(put))
    }
    if (changes('versioning')) {
      await setVersioning(client, id, member(wanted, 'versioning', 'enabled') === true)
    }
    if (changes('lifecycleRules')) await setLifecycle(client, id, wanted)
  },

  async delete(api, id, { region, forceDestroy, name }) {
    const client = await api.spaces(String(region))
    const { DeleteBucketCommand } = await s3()
    const remove = () => client.send(new DeleteBucketCommand({ Bucket: id }))
    try {
      await remove()
    } catch (error) {
      if (codeOf(error) === 'BucketNotEmpty' && forceDestroy === true) {
        await empty(client, id)
        return void (await remove())
      }
      const wrapped = await attemptS3('', Promise.reject(error)).catch((one: Error) => one)
      const { message } = wrapped as Error
      throw new Error(`Error deleting Spaces Bucket: ${message} ${JSON.stringify(name)}`)
    }
  },
}

async function setVersioning(client: S3Client, Bucket: string, enabled: boolean): Promise<void> {
  const { PutBucketVersioningCommand } = await s3()
  const Status = enabled ? 'Enabled' : 'Suspended'
  const put = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } })
  await attemptS3('Error putting Spaces versioning: ', client.send(put))
}

async function setLifecycle(
  client: S3Client,
  Bucket: string,
  wanted: Parameters<typeof rulesOf>[0],
): Promise<void> {
  const { DeleteBucketLifecycleCommand, PutBucketLifecycleConfigurationCommand } = await s3()
  const Rules = rulesOf(wanted)
  if (Rules.length === 0) {
    const remove = new DeleteBucketLifecycleCommand({ Bucket })
    return void (await attemptS3('Error removing S3 lifecycle: ', client.send(remove)))
  }
  const put = new PutBucketLifecycleConfigurationCommand({
    Bucket,
    LifecycleConfiguration: { Rules },
  })
  await attemptS3('Error putting S3 lifecycle: ', client.send(put))
}

async function lifecycleIn(client: S3Client, Bucket: string) {
  const { GetBucketLifecycleConfigurationCommand } = await s3()
  const ask = client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
  try {
    return rulesFrom((await ask).Rules ?? [])
  } catch (error) {
    if (codeOf(error) === 'NoSuchLifecycleConfiguration') return []
    return attemptS3('', Promise.reject(error))
  }
}

/** Removes all versions and marks, 1,000 at a time. */
async function empty(client: S3Client, Bucket: string): Promise<void> {
  const { DeleteObjectsCommand, ListObjectVersionsCommand } = await s3()
  const words = 'Error Spaces Bucket force_destroy error deleting: '
  for (;;) {
    const list = client.send(new ListObjectVersionsCommand({ Bucket }))
    const { Versions = [], DeleteMarkers = [] } = await attemptS3(words, list)
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }))
    if (Objects.length === 0) return
    const remove = new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(0, 1000) } })
    const { Errors = [] } = await attemptS3(words, client.send(remove))
    if (Errors[0]) throw new Error(`${words}${Errors[0].Code}: ${Errors[0].Message}`)
  }
}
