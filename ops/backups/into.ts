/** What a dump of a managed database goes into when it is restored into a stack. */

import { administrator, localPassword } from '../database/order.ts'
import { hasLocalDatabase } from '../engine/local-database.ts'
import { capture } from '../engine/pulumi.ts'
import { type StateResource, stateOf } from '../engine/state.ts'
import { orderedOf } from './ordered.ts'

const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'
/** Of the database on the host (host/padlock-database). */
const APP = 'app'

/** The app's database, and who makes another one beside it; it holds a password. */
export interface Into {
  kind: 'local' | 'managed'
  /** Who owns a cluster's databases, or the app's own role on the host. */
  user: string
  password: string
  /** Of a cluster; 0 where nobody knows. */
  storageMiB: number
}

/**
 * Which database the app of a stack uses, by its state; undefined for none.
 * @throws Error where there are two, and nothing tells
 */
export function databaseOf(resources: StateResource[]): Into['kind'] | undefined {
  const local = hasLocalDatabase(resources)
  if (!resources.some(({ type }) => type === CLUSTER)) return local ? 'local' : undefined
  if (!local) return 'managed'
  const ordered = orderedOf(resources)
  if (ordered === undefined) {
    throw new Error(
      'the stack has a database on its host and a managed one, and nothing tells which of them the app uses. Fix: pulumi config set backups spaces, and pulumi up; nothing was changed',
    )
  }
  return ordered.managed ? 'managed' : 'local'
}

/**
 * @param dump are the rows that are restored a dump? `own`: what the stack itself has; undefined where
 *   nobody knows, or there are none
 * @param labelled is it one backup, which may be of files?
 * @returns undefined where a dump goes nowhere, or none is restored
 * @throws Error if the state cannot be read, or rows of a database on a host would go into a managed one
 */
export async function intoOf(
  stack: string,
  dump: boolean | 'own' | undefined,
  labelled = false,
): Promise<Into | undefined> {
  const kind = databaseOf(await stateOf(stack, {}))
  if (kind === 'managed' && dump === false && !labelled) {
    throw new Error(
      `those backups are of a database on a host, and the app of ${stack} uses a managed one. Fix: restore them into a stack whose database is local (--to), and then ./padlock database move --to managed; nothing was changed`,
    )
  }
  if (kind === undefined || dump === false || (dump === 'own' && kind === 'local')) return undefined
  const words = ['stack', 'export', '--show-secrets', '--stack', stack]
  const { code, stdout, stderr } = await capture(words)
  if (code !== 0) throw new Error(`the state of ${stack} cannot be read:\n${stderr.trim()}`)
  return into(kind, JSON.parse(stdout).deployment?.resources ?? [])
}

/** @param resources of the state, secrets in plain text */
export function into(kind: Into['kind'], resources: StateResource[]): Into | undefined {
  if (kind === 'managed') return { kind, ...administrator(resources) }
  const password = localPassword(resources)
  return password === undefined ? undefined : { kind, user: APP, password, storageMiB: 0 }
}
