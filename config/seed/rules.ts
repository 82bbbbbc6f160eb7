/** What the keys about an environment's data ask of other keys. */
import { SPACES_REGIONS } from '../backups/index.ts'
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { HANDED_OVER } from './access.ts'
import { spacesRegionOf } from './index.ts'

const elsewhere = (seed: unknown) => `is ${seed}, and`

const lasting = (seed: unknown) =>
  message(
    `${elsewhere(seed)} the stack has no expiry: what a lasting stack has lost is restored, and not made up`,
    'none where expires is not set',
    'pulumi config set {path} none; in Pulumi.preview.yaml, ./padlock env up sets expires',
  )
const noDatabase = (seed: unknown, database: unknown) =>
  message(
    `${elsewhere(seed)} database is ${database}`,
    'none, or any with database = local',
    'pulumi config set database local and pulumi config set volume 1, or pulumi config set {path} none',
  )
const NO_READER = message(
  'is not set, and seed is snapshot',
  'the output seedReader of the stack that the snapshots are of',
  HANDED_OVER,
)
const NO_SEED = message(
  'is set, and seed is none, so it would never run',
  'a command only where seed is set',
  'pulumi config set seed empty, or pulumi config rm {path}',
)

const NOTHING_TO_COPY = message(
  'is set, and there is no database = local that it could be about',
  'a file of SQL only where database is local',
  'pulumi config set database local, or pulumi config rm {path}',
)
const GOES = message(
  'is set, and the stack has an expiry',
  'absent where expires is set: snapshots are of a lasting stack, and environments read them by seed',
  'pulumi config rm {path}',
)
const NO_SPACES = message(
  'is not set, and the region of the droplet has no Spaces',
  SPACES_REGIONS.join(', '),
  'pulumi config set {path} fra1',
)

const NO_SPACES_BESIDE_S3 = message(
  'is set, and the region of the droplet has no Spaces, where its snapshots go',
  `'' where region is none of ${SPACES_REGIONS.join(', ')}`,
  'pulumi config rm {path}',
)

/** A seed is a short-lived stack's, into a database of its own; that one needs its volume by itself. */
export function seedFits(values: Values, report: Report): void {
  const { seed, seedCommand, database, expires } = values
  snapshotsFit(values, report)
  if (seed === 'none') {
    if (seedCommand !== '') report('seedCommand', NO_SEED)
    return
  }
  if (!expires) report('seed', lasting(seed))
  if (seed === 'snapshot' && values.seedReader === '') report('seedReader', NO_READER)
  if (database !== 'local') report('seed', noDatabase(seed, database))
}

/** Snapshots are of a database on the host, in a region that has Spaces. */
function snapshotsFit(values: Values, report: Report): void {
  const { anonymiseSql, backups, backupRegion, database, expires, region } = values
  if (anonymiseSql === '') return
  if (expires) report('anonymiseSql', GOES)
  if (database !== 'local') report('anonymiseSql', NOTHING_TO_COPY)
  // Where there are backups, they say the same.
  const known = spacesRegionOf({ backups, backupRegion }) !== '' || backups === 'spaces'
  if (known || SPACES_REGIONS.includes(region)) return
  if (backups === 's3') report('anonymiseSql', NO_SPACES_BESIDE_S3)
  else report('backupRegion', NO_SPACES)
}
