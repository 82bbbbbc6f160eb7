import type { Values } from '../rules.ts'
import type { SeedAccess } from './access.ts'

/** A bucket of anonymised snapshots of the stack's database. */
export interface SnapshotSettings {
  /** Of the bucket: DigitalOcean region slug. */
  region: string
}

/** The key that names a region of Spaces; with another S3 it is one of that. */
export const spacesRegionOf = ({
  backups,
  backupRegion,
}: Pick<Values, 'backups' | 'backupRegion'>) => (backups === 's3' ? '' : backupRegion)

/** Undefined where the stack keeps none. */
export function snapshotsOf(values: Values): SnapshotSettings | undefined {
  if (values.anonymiseSql === '') return undefined
  return { region: spacesRegionOf(values) || values.region }
}

/** The snapshot that an empty database begins with; undefined where it begins with nothing. */
export const seedOf = ({ seed, seedReader }: Values): SeedAccess | undefined =>
  seed === 'snapshot' && seedReader !== '' ? seedReader : undefined
