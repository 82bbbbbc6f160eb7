import { checkBucket } from '../../../components/account/bucket.ts'
import type { BucketQuestions } from '../../../components/account/bucket-client.ts'
import type { Former } from '../../../components/state.ts'

const place = {
  ...{ endpoint: 's3.eu-central-1.amazonaws.com', region: 'eu-central-1', bucket: 'acme-backups' },
  ...{ key: 'AKIA123', secret: 'a-secret-of-16-or-more' },
}
const settings = {
  kind: 's3' as const,
  place,
  keepDaily: 7,
  keepWeekly: 4,
  protect: false,
  keep: true,
}
const refused = (name: string, status: number, more: object = {}) =>
  Promise.reject(
    Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status }, ...more }),
  )
const good: BucketQuestions = {
  list: async () => {},
  versioning: async () => 'Enabled',
  removeVersion: () => refused('AccessDenied', 403),
  read: () => refused('NoSuchKey', 404),
  write: () => refused('AccessDenied', 403),
  remove: () => refused('AccessDenied', 403),
}

/** The warnings; rejects with the error. */
async function asked(change: Partial<BucketQuestions>, state: Former[] = []): Promise<string[]> {
  const warned: string[] = []
  const questions = async () => ({ ...good, ...change })
  await checkBucket('shop-dev', settings, state, questions, async (text) => void warned.push(text))
  return warned
}

test('a bucket with versions and a key that cannot remove them is passed in silence', async () => {
  expect(await asked({})).toEqual([])
})

test('nobody is asked where the stack has no such bucket', async () => {
  const never = () => Promise.reject(new Error('asked'))
  const spaces = { kind: 'spaces' as const, region: 'fra1', keepDaily: 7, keepWeekly: 4 }
  await checkBucket('shop-dev', undefined, [], never)
  await checkBucket('shop-dev', { ...spaces, protect: true, keep: true }, [], never)
})

test.each([
  [refused('NoSuchBucket', 404), 'backupBucket = "acme-backups" is not at s3.eu-central-1'],
  [
    refused('PermanentRedirect', 301, {
      $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    }),
    'backupRegion: the bucket acme-backups is not in eu-central-1 but in eu-west-1. ',
  ],
  [
    refused('AuthorizationHeaderMalformed', 400, { Region: 'eu-west-1' }),
    'Fix: pulumi config set backupRegion eu-west-1',
  ],
  [refused('InvalidAccessKeyId', 403), 'backupAccessKey is not known at s3.eu-central-1'],
  [refused('SignatureDoesNotMatch', 403), 'backupSecretKey does not belong to backupAccessKey'],
  [refused('AccessDenied', 403), 'backupAccessKey may not list the bucket acme-backups'],
  [
    Promise.reject(new Error('getaddrinfo ENOTFOUND s3.corp.example')),
    'backupEndpoint: s3.eu-central-1.amazonaws.com does not answer as an S3 does: getaddrinfo ENOTFOUND',
  ],
])('a bucket that does not open is refused with the key to blame: %#', async (answer, words) => {
  answer.catch(() => {})
  const failed = asked({ list: () => answer })
  await expect(failed).rejects.toThrow(words)
  await expect(failed).rejects.toThrow('Nothing was created or changed.')
  await expect(failed).rejects.not.toThrow(place.secret)
})

test.each([undefined, 'Suspended'])('versions that are %p are refused', async (status) => {
  const failed = asked({ versioning: async () => status })
  await expect(failed).rejects.toThrow(
    'put-bucket-versioning --bucket acme-backups --versioning-configuration Status=Enabled',
  )
})

test('where versions cannot be asked for, or the key may remove them, that is told', async () => {
  expect(await asked({ versioning: () => refused('NotImplemented', 501) })).toEqual([
    expect.stringContaining('has versions was not told (NotImplemented)'),
  ])
  const may = [expect.stringContaining('backupAccessKey may remove versions of objects')]
  expect(await asked({ removeVersion: async () => {} })).toEqual(may)
  expect(await asked({ removeVersion: () => refused('NoSuchVersion', 404) })).toEqual(may)
  expect(await asked({ versioning: () => reset() })).toEqual([
    expect.stringContaining('has versions was not told (ECONNRESET)'),
  ])
})

const reset = () =>
  Promise.reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
const UNTOLD: [string, () => Promise<never>][] = [
  ['InvalidArgument', () => refused('InvalidArgument', 400)],
  ['NotImplemented', () => refused('NotImplemented', 501)],
  ['SlowDown', () => refused('SlowDown', 503)],
  ['HTTP 502', () => refused('UnknownError', 502)],
  ['TimeoutError', () => Promise.reject(Object.assign(new Error(), { name: 'TimeoutError' }))],
  ['ECONNRESET', reset],
]

test.each(UNTOLD)('an answer that tells of no right is told as that: %s', async (code, answer) => {
  const told = (key: string, right: string) =>
    `whether ${key} may ${right} in the bucket acme-backups was not told (${code}): the next update asks again. `
  const [warning, ...more] = await asked({ removeVersion: answer })
  expect(warning).toContain(told('backupAccessKey', 'remove versions of objects'))
  expect(more).toEqual([])
  for (const [question, right] of Object.entries({
    ...{ read: 'read objects', write: 'write', remove: 'remove objects' },
    removeVersion: 'remove versions of objects',
  })) {
    const warned: string[] = []
    const questions = async ({ key }: { key: string }) =>
      key === 'AKIAREAD' ? { ...good, [question]: answer } : good
    const both = { ...settings, reader: { ...place, key: 'AKIAREAD' } }
    await checkBucket('shop-dev', both, [], questions, async (text) => void warned.push(text))
    expect(warned).toEqual([expect.stringContaining(told('backupReaderAccessKey', right))])
    expect(warned[0]).toContain('It is to be a key with the policy for reading in docs/backups.md.')
  }
})

describe('a bucket that is away', () => {
  const at = 's3.eu-central-1.amazonaws.com/acme-backups'
  const component = { urn: 'urn:b', type: 'padlock:index:Backups', outputs: { place: at } }
  const older = [
    { urn: 'urn:s', type: 'pulumi:pulumi:Stack', outputs: { backups: at } },
    { ...component, outputs: { database: true, files: false } },
  ]
  const network = (code: string) => () =>
    Promise.reject(Object.assign(new Error(`${code} s3.example`), { code }))

  test.each<[string, () => Promise<never>]>([
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'CERT_HAS_EXPIRED'].map(
      (code): [string, () => Promise<never>] => [code, network(code)],
    ),
    ['ServiceUnavailable', () => refused('ServiceUnavailable', 503)],
    ['HTTP 502', () => refused('UnknownError', 502)],
    ['TimeoutError', () => Promise.reject(Object.assign(new Error(), { name: 'TimeoutError' }))],
  ])('(%s) is told where the stack has it, and refused elsewhere', async (code, list) => {
    for (const state of [[component], older]) {
      expect(await asked({ list }, state)).toEqual([
        `the bucket acme-backups at s3.eu-central-1.amazonaws.com does not answer (${code}), so whether it and its keys are as they must be was not asked: the next update asks again. No backup reaches it meanwhile: ./padlock status tells of them.`,
      ])
    }
    await expect(asked({ list })).rejects.toThrow('does not answer as an S3 does')
  })

  test.each<[string, () => Promise<never>]>([
    ['does not belong to', () => refused('SignatureDoesNotMatch', 403)],
    ['does not answer as an S3 does', () => refused('NotImplemented', 501)],
    ['does not answer as an S3 does', () => refused('SyntaxError', 200)],
    ['does not answer as an S3 does', () => Promise.reject(new TypeError('no such function'))],
  ])('one that %s is refused wherever it is', async (words, list) => {
    await expect(asked({ list }, [component])).rejects.toThrow(words)
  })

  test('is told of the key that reads as well', async () => {
    const warned: string[] = []
    const reader = { ...place, key: 'AKIAREAD' }
    const questions = async ({ key }: { key: string }) =>
      key === 'AKIAREAD' ? { ...good, list: network('ECONNRESET') } : good
    const both = { ...settings, reader }
    const warn = async (text: string) => void warned.push(text)
    await checkBucket('shop-dev', both, [component], questions, warn)
    expect(warned).toEqual([expect.stringContaining('does not answer (ECONNRESET)')])
  })
})

test('a key for other hosts is asked by itself, and refused if it may do more than read', async () => {
  const reader = { ...place, key: 'AKIAREAD' }
  const asked: string[] = []
  const check = (change: Partial<BucketQuestions>) =>
    checkBucket('shop-dev', { ...settings, reader }, [], async ({ key }) => {
      asked.push(key)
      return key === 'AKIAREAD' ? { ...good, ...change } : good
    })
  await check({})
  expect(asked).toEqual(['AKIA123', 'AKIAREAD'])
  await expect(check({ write: () => refused('NoSuchUpload', 404) })).rejects.toThrow(
    'backupReaderAccessKey may do more in the bucket acme-backups than read: write. ',
  )
  await expect(check({ remove: async () => {} })).rejects.toThrow('than read: remove objects. ')
  await expect(check({ remove: () => refused('PreconditionFailed', 412) })).rejects.toThrow(
    'than read: remove objects. ',
  )
  await expect(
    check({ removeVersion: () => refused('NoSuchVersion', 404), write: reset }),
  ).rejects.toThrow('than read: remove versions of objects. ')
  await expect(check({ read: () => refused('AccessDenied', 403) })).rejects.toThrow(
    'backupReaderAccessKey may not read objects in the bucket acme-backups',
  )
  await expect(check({ list: () => refused('InvalidAccessKeyId', 403) })).rejects.toThrow(
    'backupReaderAccessKey is not known at s3.eu-central-1',
  )
})
