import type { Values } from '../rules.ts'

/** A bucket of anonymised snapshots of the stack's database. */
export interface SnapshotSettings {
  /** Of the bucket: DigitalOcean region slug. */
  region: string
}

/** Undefined where the stack keeps none. */
export function snapshotsOf(values: Values): SnapshotSettings | undefined {
  if (values.anonymiseSql === '') return undefined
  return { region: values.backupRegion || values.region }
}
