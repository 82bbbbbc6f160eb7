import type { Values } from '../rules.ts'

/** PostgreSQL on the host, with its rows on the stack's volume. */
export interface LocalDatabase {
  kind: 'local'
}

/** Where the app's rows are. */
export type DatabaseSettings = LocalDatabase

/** The app's database; undefined where it has none of the stack. */
export function databaseOf({ database }: Values): DatabaseSettings | undefined {
  return database === 'local' ? { kind: 'local' } : undefined
}
