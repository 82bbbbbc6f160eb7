import { DEBIAN_VERSION } from '../../config/database/local.ts'
import type { StateResource } from './state.ts'

/** The component of a database on the host (components/database). */
const LOCAL = 'padlock:index:LocalDatabase'

/** Has the stack a database on its host? */
export const hasLocalDatabase = (resources: StateResource[]): boolean =>
  resources.some(({ type }) => type === LOCAL)

/** Its major version, as the state has it; stacks from before there was a choice have Debian's. */
export function localDatabaseVersion(resources: StateResource[]): string {
  const local = resources.find(({ type }) => type === LOCAL)
  return `${local?.outputs?.version ?? DEBIAN_VERSION}`
}
