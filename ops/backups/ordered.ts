import type { StateResource } from '../engine/state.ts'

/** What a stack backs up. */
export interface Ordered {
  /** On the host. */
  database: boolean
  files: boolean
  /** Does the app use another database than that one, which is kept beside it? */
  beside: boolean
  /** Is the app's database a managed one, which is dumped? */
  managed: boolean
}

/** What people read of it, as the host has it: rows that the app does not use are not called the database. */
export function nameOf(what: string, beside = false): string {
  if (what === 'managed') return 'managed database'
  return what === 'database' && beside ? 'database beside' : what
}

/** The component that says so in the state (components/backups). */
export const BACKUPS = 'padlock:index:Backups'

/** Undefined where nothing tells: the stack makes no backups, or an older program made it. */
export function orderedOf(resources: StateResource[]): Ordered | undefined {
  const found = resources.find(({ type }) => type === BACKUPS)?.outputs ?? {}
  const { database, files, beside, managed } = found
  if (typeof database !== 'boolean' || typeof files !== 'boolean') return undefined
  return { database, files, beside: beside === true, managed: managed === true }
}
