/** What the keys about backups ask of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { SPACES_REGIONS } from './index.ts'

const NO_VOLUME = message(
  'is spaces, and there is no volume with anything to back up',
  'spaces only where volume is set',
  'pulumi config set volume 10, or pulumi config set {path} none',
)
const NOTHING = message(
  'is spaces, and there is neither database = local nor appVolumes to back up',
  'spaces only where one of them is set',
  'pulumi config set database local, or pulumi config set {path} none',
)
const EXPIRES = message(
  'is spaces, and the stack has an expiry',
  'none where expires is set: what is to go leaves no bucket behind',
  'pulumi config set {path} none',
)
const NOT_S3 = message(
  'is s3, which this version cannot do yet',
  'none, spaces',
  'pulumi config set {path} spaces',
)
const NO_SPACES = message(
  'is not set, and the region of the droplet has no Spaces',
  SPACES_REGIONS.join(', '),
  'pulumi config set {path} fra1',
)

/** A backup needs something to be of, and a region that has Spaces. */
export function backupsFit(values: Values, report: Report): void {
  const { backups, volume, database, appVolumes, backupRegion, region, expires } = values
  if (backups === 's3') report('backups', NOT_S3)
  if (backups !== 'spaces') return
  if (expires) report('backups', EXPIRES)
  if (volume === 0) report('backups', NO_VOLUME)
  else if (database !== 'local' && Object.keys(appVolumes).length === 0) report('backups', NOTHING)
  if (backupRegion === '' && !SPACES_REGIONS.includes(region)) report('backupRegion', NO_SPACES)
}
