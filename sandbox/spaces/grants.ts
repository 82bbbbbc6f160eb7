/** What a key may do, in the words of the API, of the gateway's accounts and of bucket policies. */

export type Permission = 'read' | 'readwrite' | 'fullaccess'

export interface Grant {
  /** Empty with `fullaccess`. */
  bucket: string
  permission: Permission
}

export interface SpacesKey {
  name: string
  accessKey: string
  secretKey: string
  grants: Grant[]
  createdAt: string
}

export const hasFullAccess = ({ grants }: Pick<SpacesKey, 'grants'>): boolean =>
  grants.some(({ permission }) => permission === 'fullaccess')

/** The file of versitygw's internal accounts, auth/iam_internal.go; an admin may do all but IAM here. */
export function accountsFile(keys: SpacesKey[]): string {
  const accounts = keys.map((key) => ({
    access: key.accessKey,
    secret: key.secretKey,
    role: hasFullAccess(key) ? 'admin' : 'user',
    userID: 0,
    groupID: 0,
    projectID: 0,
  }))
  return JSON.stringify({
    accessAccounts: Object.fromEntries(accounts.map((account) => [account.access, account])),
  })
}

const READ_BUCKET = ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketLocation']
const READ_OBJECTS = ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectAttributes']
const WRITE_BUCKET = [...READ_BUCKET, 's3:ListBucketMultipartUploads']
/**
 * DigitalOcean calls it "Read/Write/Delete" and does not say whether that takes in versions; a client
 * that counts on it must not, an intruder who has the key may. Settings of buckets are not among it.
 */
const WRITE_OBJECTS = [
  ...READ_OBJECTS,
  's3:PutObject',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
]

/** The policy of a bucket for the keys that are limited to it; undefined where there is none. */
export function policyOf(bucket: string, keys: SpacesKey[]): string | undefined {
  const statements = (['read', 'readwrite'] as const).flatMap((permission) => {
    const principals = keys
      .filter((key) => !hasFullAccess(key) && permissionOf(bucket, key) === permission)
      .map(({ accessKey }) => accessKey)
    if (principals.length === 0) return []
    const [onBucket, onObjects] =
      permission === 'read' ? [READ_BUCKET, READ_OBJECTS] : [WRITE_BUCKET, WRITE_OBJECTS]
    const allow = { Effect: 'Allow', Principal: { AWS: principals } }
    return [
      { ...allow, Action: onBucket, Resource: `arn:aws:s3:::${bucket}` },
      { ...allow, Action: onObjects, Resource: `arn:aws:s3:::${bucket}/*` },
    ]
  })
  if (statements.length === 0) return undefined
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

function permissionOf(bucket: string, { grants }: SpacesKey): Permission | undefined {
  const found = grants.filter((grant) => grant.bucket === bucket).map((grant) => grant.permission)
  return found.includes('readwrite') ? 'readwrite' : found[0]
}
