/** What the keys about backups ask of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { anotherRegion, SPACES_REGIONS } from './index.ts'

const noVolume = (kind: string) =>
  message(
    `is ${kind}, and there is no volume with anything to back up`,
    `${kind} only where volume is set`,
    'pulumi config set volume 10, or pulumi config set {path} none',
  )
const nothing = (kind: string) =>
  message(
    `is ${kind}, and there is neither a database nor appVolumes to back up`,
    `${kind} only where one of them is set`,
    'pulumi config set database local, or pulumi config set {path} none',
  )
const EXPIRES = message(
  'is spaces, and the stack has an expiry',
  'none where expires is set: what is to go leaves no bucket behind',
  'pulumi config set {path} none',
)
const EXPIRES_S3 = message(
  'is s3, and the stack has an expiry',
  'none where expires is set: what is to go holds no key to backups',
  'pulumi config set {path} none',
)
const NO_SPACES = message(
  'is not set, and the region of the droplet has no Spaces',
  SPACES_REGIONS.join(', '),
  'pulumi config set {path} fra1',
)
const OTHER_REGION = message(
  'is no region that has Spaces',
  SPACES_REGIONS.join(', '),
  'pulumi config set {path} fra1',
)
const NO_REGION = message(
  'and backupEndpoint are both not set, so the bucket cannot be found',
  'the region of the bucket at AWS, or the host of another S3 in backupEndpoint',
  'pulumi config set {path} eu-central-1',
)
const NEEDED = {
  backupBucket: message(
    'is not set, and backups is s3',
    'the name of a bucket that is there, with versions',
    'pulumi config set {path} acme-backups',
  ),
  backupAccessKey: message(
    'is not set, and backups is s3',
    'a key that reads and writes the bucket, and removes no versions (docs/backups.md)',
    'pulumi config set --secret {path}',
  ),
  backupSecretKey: message(
    'is not set, and backups is s3',
    'the secret of backupAccessKey',
    'pulumi config set --secret {path}',
  ),
}
/** Of a pair one, by the key that is missing. */
const HALF_READER = {
  backupReaderAccessKey: message(
    'is not set, and backupReaderSecretKey is',
    'both, of a key that reads the bucket and writes nothing (docs/backups.md), or neither',
    'pulumi config set --secret {path}, or pulumi config rm backupReaderSecretKey',
  ),
  backupReaderSecretKey: message(
    'is not set, and backupReaderAccessKey is',
    'both, of a key that reads the bucket and writes nothing (docs/backups.md), or neither',
    'pulumi config set --secret {path}, or pulumi config rm backupReaderAccessKey',
  ),
}
const SAME_READER = message(
  'is backupAccessKey itself, which writes',
  'another key, which reads alone (docs/backups.md)',
  'pulumi config set --secret {path}, or pulumi config rm-all backupReaderAccessKey backupReaderSecretKey',
)
const OF_S3 = [...Object.keys(NEEDED), ...Object.keys(HALF_READER), 'backupEndpoint']
/** Keys that are refused, or may be, where backups of a kind are no more. */
export const KEYS_OF = { spaces: ['backupCopyRegion'], s3: ['backupRegion', ...OF_S3] }
const idle = (kind: string) =>
  message(
    `is set beside backups = ${JSON.stringify(kind)}, where it means nothing`,
    'only with backups = "s3"',
    'pulumi config rm {path}, or pulumi config set backups s3',
  )

const IDLE_COPY = message(
  'is set, and backups is not spaces',
  'a second region for backups in Spaces; a bucket of another S3 is replicated there',
  'pulumi config rm {path}',
)
const sameRegion = (region: string) =>
  message(
    'is the region of the backups themselves',
    `another one of ${SPACES_REGIONS.join(', ')}`,
    `pulumi config set {path} ${anotherRegion(region)}, or another one`,
  )

/** A backup needs something to be of, and a place that it can go to. */
export function backupsFit(values: Values, report: Report): void {
  const { backups, volume, database, databaseBeside, appVolumes, expires } = values
  const hasRows = database === 'managed' || [database, databaseBeside].includes('local')
  placeFits(values, report)
  copyFits(values, report)
  if (backups !== 'spaces' && backups !== 's3') return
  if (expires) report('backups', backups === 'spaces' ? EXPIRES : EXPIRES_S3)
  if (volume === 0) report('backups', noVolume(backups))
  else if (!hasRows && Object.keys(appVolumes).length === 0) report('backups', nothing(backups))
}

function placeFits(values: Values, report: Report): void {
  const { backups, backupRegion, backupEndpoint, region } = values
  if (backups === 's3') {
    for (const [key, wrong] of Object.entries(NEEDED))
      if (values[key as keyof typeof NEEDED] === '') report(key, wrong)
    readerFits(values, report)
    if (backupRegion === '' && backupEndpoint === '') report('backupRegion', NO_REGION)
    return
  }
  for (const key of OF_S3) if (values[key as keyof Values]) report(key, idle(String(backups)))
  if (backupRegion === '') {
    if (backups === 'spaces' && !SPACES_REGIONS.includes(region)) report('backupRegion', NO_SPACES)
  } else if (!SPACES_REGIONS.includes(backupRegion)) {
    report('backupRegion', OTHER_REGION, { show: true })
  }
}

/** Of another key, and whole. */
function readerFits(values: Values, report: Report): void {
  const { backupReaderAccessKey, backupReaderSecretKey, backupAccessKey } = values
  if (backupReaderAccessKey === '' && backupReaderSecretKey === '') return
  for (const [key, wrong] of Object.entries(HALF_READER))
    if (values[key as keyof typeof HALF_READER] === '') report(key, wrong)
  if (backupReaderAccessKey !== '' && backupReaderAccessKey === backupAccessKey)
    report('backupReaderAccessKey', SAME_READER)
}

function copyFits(values: Values, report: Report): void {
  const { backups, backupRegion, backupCopyRegion, region } = values
  if (backupCopyRegion === '') return
  if (backups !== 'spaces') report('backupCopyRegion', IDLE_COPY)
  else if (backupCopyRegion === (backupRegion || region)) {
    report('backupCopyRegion', sameRegion(backupCopyRegion), { show: true })
  }
}
