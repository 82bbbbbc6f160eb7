import type { StateResource } from '../engine/state.ts'

/** What a stack backs up. */
export type Ordered = Record<'database' | 'files', boolean>

/** The component that says so in the state (components/backups). */
export const BACKUPS = 'padlock:index:Backups'

/** Undefined where nothing tells: the stack makes no backups, or an older program made it. */
export function orderedOf(resources: StateResource[]): Ordered | undefined {
  const { database, files } = resources.find(({ type }) => type === BACKUPS)?.outputs ?? {}
  if (typeof database !== 'boolean' || typeof files !== 'boolean') return undefined
  return { database, files }
}
