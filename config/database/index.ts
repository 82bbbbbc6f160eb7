import type { Values } from '../rules.ts'
import { type ManagedDatabase, managedOf } from './managed.ts'

/** PostgreSQL on the host, with its rows on the stack's volume. */
export interface LocalDatabase {
  kind: 'local'
}

/** Where the app's rows are. */
export type DatabaseSettings = LocalDatabase | ManagedDatabase

/** The app's database; undefined where it has none of the stack. */
export function databaseOf(values: Values): DatabaseSettings | undefined {
  const { database } = values
  if (database === 'managed') return managedOf(values)
  return database === 'local' ? { kind: 'local' } : undefined
}
