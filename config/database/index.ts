import type { Values } from '../rules.ts'
import { type LocalDatabase, localOf } from './local.ts'
import { type ManagedDatabase, managedOf } from './managed.ts'

/** Where the app's rows are. */
export type DatabaseSettings = LocalDatabase | ManagedDatabase

/** The app's database; undefined where it has none of the stack. */
export const databaseOf = (values: Values) => ofKind(values.database, values)

/** The one that is there beside it, before and after a move; undefined where there is none. */
export const besideOf = (values: Values) => ofKind(values.databaseBeside, values)

function ofKind(kind: unknown, values: Values): DatabaseSettings | undefined {
  if (kind === 'managed') return managedOf(values)
  return kind === 'local' ? localOf(values) : undefined
}

/** The stack's databases, the app's and the one beside it. */
export interface Databases {
  database?: DatabaseSettings
  databaseBeside?: DatabaseSettings
}

/** Does PostgreSQL run on the host, whether the app uses it or not? */
export const hasLocal = ({ database, databaseBeside }: Databases): boolean =>
  [database, databaseBeside].some((one) => one?.kind === 'local')

/** The one on the host of the two. */
export const localIn = ({ database, databaseBeside }: Databases): LocalDatabase | undefined =>
  [database, databaseBeside].find((one) => one?.kind === 'local') as LocalDatabase | undefined

/** The managed one of the two. */
export const managedIn = ({ database, databaseBeside }: Databases): ManagedDatabase | undefined =>
  [database, databaseBeside].find((one) => one?.kind === 'managed') as ManagedDatabase | undefined
