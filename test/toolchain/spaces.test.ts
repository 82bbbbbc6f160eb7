/**
 * The stand-ins of Spaces' keys and buckets against real S3 servers and the simulated API. They are
 * written after the provider's source, as no recording has them.
 */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { FULL, type Key, type Storage, startStorage } from '../sandbox/spaces/account.ts'
import { type StandIn, startStandIn } from './replay.ts'

jest.setTimeout(60_000)

const BUCKET = 'digitalocean:index/spacesBucket:SpacesBucket'
const KEY = 'digitalocean:index/spacesKey:SpacesKey'
let storage: Storage
let standIn: StandIn
let owner: Key

beforeAll(async () => {
  storage = await startStorage()
  standIn = await startStandIn('digitalocean', {
    env: {
      DIGITALOCEAN_TOKEN: 'right',
      DIGITALOCEAN_API_URL: storage.account.api.url,
      SPACES_ENDPOINT_URL: storage.spaces.endpoint('{{.Region}}'),
      NODE_EXTRA_CA_CERTS: storage.authority.rootPath,
    },
  })
  owner = await storage.key('owner', FULL)
  await configure(owner)
})
afterAll(async () => {
  await standIn?.stop()
  await storage?.end()
})

const configure = ({ accessKeyId, secretAccessKey }: Key) =>
  standIn.call('Configure', {
    args: { spacesAccessId: accessKeyId, spacesSecretKey: secretAccessKey, httpRetryMax: '0' },
  })

// biome-ignore lint/suspicious/noExplicitAny: the plugin's answers have all shapes
type Values = Record<string, any>

/** Calls the plugin for one resource; throws what it refuses. */
async function call(method: string, type: string, request: Values): Promise<Values> {
  const urn = `urn:pulumi:dev::p::${type}::one`
  const { response, error } = await standIn.call(method, { urn, name: 'one', type, ...request })
  if (error) throw new Error(error.message)
  return response as Values
}
async function create(type: string, news: Values): Promise<{ id: string; properties: Values }> {
  const { inputs, failures } = await call('Check', type, { olds: {}, news })
  expect(failures ?? []).toEqual([])
  const made = await call('Create', type, { properties: inputs })
  return { id: made.id, properties: made.properties }
}

const LIFECYCLE = [
  { id: 'old', enabled: true, noncurrentVersionExpiration: { days: 30 } },
  { id: 'parts', enabled: true, abortIncompleteMultipartUploadDays: 3 },
]

test('a bucket with versions and a lifecycle is made, found again as it is, and removed', async () => {
  const news = {
    ...{ name: 'shop-one', region: 'fra1', versioning: { enabled: true } },
    lifecycleRules: LIFECYCLE,
  }
  const { id, properties } = await create(BUCKET, news)
  expect(id).toBe('shop-one')
  expect(properties).toMatchObject({
    ...{ acl: 'private', forceDestroy: false, region: 'fra1', versioning: { enabled: true } },
    bucketDomainName: 'shop-one.fra1.digitaloceanspaces.com',
    bucketUrn: 'do:space:shop-one',
    endpoint: 'fra1.digitaloceanspaces.com',
  })
  expect(properties.lifecycleRules[0].noncurrentVersionExpiration).toEqual({ days: 30 })
  const read = await call('Read', BUCKET, { id, properties, inputs: {} })
  expect(read.properties).toEqual(properties)
  const { inputs } = await call('Check', BUCKET, { olds: {}, news })
  const same = await call('Diff', BUCKET, { id, olds: properties, news: inputs, oldInputs: inputs })
  expect(same.changes).toBe('DIFF_NONE')
  await call('Delete', BUCKET, { id, properties })
  expect(storage.spaces.buckets()).toEqual([])
  const gone = await call('Read', BUCKET, { id, properties, inputs: {} })
  expect(gone.id).toBeUndefined()
})

test('versioning is changed in place, and a region by replacement', async () => {
  const { id, properties } = await create(BUCKET, { name: 'shop-two', region: 'fra1' })
  expect(properties.versioning).toEqual({ enabled: false })
  const changed = { name: 'shop-two', region: 'fra1', versioning: { enabled: true } }
  const { inputs } = await call('Check', BUCKET, { olds: {}, news: changed })
  const after = await call('Update', BUCKET, { id, olds: properties, news: inputs })
  expect(after.properties.versioning).toEqual({ enabled: true })
  const moved = { ...inputs, region: 'nyc3' }
  const diff = await call('Diff', BUCKET, { id, olds: after.properties, news: moved })
  expect(diff.replaces).toEqual(['region'])
  await call('Delete', BUCKET, { id, properties: after.properties })
})

test('a bucket that is not empty goes with forceDestroy alone, and all its versions with it', async () => {
  const versioning = { enabled: true }
  const { id, properties } = await create(BUCKET, {
    name: 'shop-three',
    region: 'fra1',
    versioning,
  })
  const client = storage.client('fra1', owner)
  const at = { Bucket: id, Key: 'x' }
  await client.send(new PutObjectCommand({ ...at, Body: 'one' }))
  await client.send(new DeleteObjectCommand(at))
  await expect(call('Delete', BUCKET, { id, properties })).rejects.toThrow(
    /Error deleting Spaces Bucket: BucketNotEmpty: .*status code: 409/s,
  )
  await call('Delete', BUCKET, { id, properties: { ...properties, forceDestroy: true } })
  expect(storage.spaces.buckets()).toEqual([])
})

test('a key tells its secret once, and keeps it in the state', async () => {
  const bucket = await create(BUCKET, { name: 'shop-four', region: 'fra1' })
  const grants = [{ bucket: 'shop-four', permission: 'readwrite' }]
  const { id, properties } = await create(KEY, { name: 'host', grants })
  expect(properties).toMatchObject({ accessKey: id, name: 'host', grants })
  const secret = properties.secretKey.secret ?? properties.secretKey
  expect(JSON.stringify(secret)).toMatch(/[A-Za-z0-9+/]{43}/)
  const read = await call('Read', KEY, { id, properties, inputs: {} })
  expect(read.properties.secretKey).toEqual(properties.secretKey)
  const limited = [{ bucket: 'shop-four', permission: 'read' }]
  const news = (await call('Check', KEY, { olds: {}, news: { name: 'host', grants: limited } }))
    .inputs
  const after = await call('Update', KEY, { id, olds: properties, news })
  expect(after.properties.grants).toEqual(limited)
  await call('Delete', KEY, { id, properties })
  expect((await call('Read', KEY, { id, properties, inputs: {} })).id).toBeUndefined()
  await call('Delete', BUCKET, bucket)
})

test('what the services refuse is told in their words', async () => {
  const none = [{ bucket: 'nowhere', permission: 'read' }]
  await expect(create(KEY, { name: 'x', grants: none })).rejects.toThrow(
    /Error creating Spaces key: POST .*: 404 .*bucket nowhere not found/,
  )
  const { failures } = await call('Check', BUCKET, { olds: {}, news: { region: 'mars1' } })
  expect(failures[0].reason).toContain('expected region to be one of ["ams3"')
  await configure({ ...owner, secretAccessKey: 'wrong' })
  await expect(create(BUCKET, { name: 'shop-five', region: 'fra1' })).rejects.toThrow(
    /Error creating Spaces bucket: SignatureDoesNotMatch: .*status code: 403/s,
  )
  await configure({ accessKeyId: '', secretAccessKey: '' })
  await expect(create(BUCKET, { name: 'shop-five', region: 'fra1' })).rejects.toThrow(
    'Spaces credentials not configured',
  )
  await configure(owner)
})

test('the stand-in asks no endpoint but one of this computer', async () => {
  const args = { spacesEndpoint: 'https://{{.Region}}.digitaloceanspaces.com' }
  await standIn.call('Configure', {
    args: { ...args, spacesAccessId: 'a', spacesSecretKey: 'b' },
  })
  await expect(create(BUCKET, { name: 'shop-six', region: 'fra1' })).rejects.toThrow(
    "refuses 'fra1.digitaloceanspaces.com'",
  )
})
