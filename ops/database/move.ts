/** Moves the app's rows from one database of a stack to the other, and the app after them. */
import { LockedError } from '../engine/locks.ts'
import type { Result } from '../engine/pulumi.ts'
import type { Kind, MovingStack } from './moving-stack.ts'

/** What the host has moved. */
export interface Moved {
  from: Kind
  to: Kind
  rows: number
  /** Rows by table; `sequences` and large objects were compared too. */
  tables: Record<string, number>
  sequences: number
  /** In which nothing could be written. */
  seconds: number
  when: string
}

/** What the host knows: the database of the live release, and a move that was begun. */
interface Host {
  live: Kind | null
  move: { from: Kind; to: Kind; phase: 'ordered' | 'copying' | 'copied' } | null
}

/**
 * Until the release that uses the target is live the app goes on with the source: a failure leaves it
 * so, and after a kill the same call goes on, or one to the other side takes it back.
 * @param replace may what the target had before an earlier move go?
 * @returns undefined where there is nothing to move
 * @throws Error that says where the app has its rows, and what to do
 */
export async function move(
  stack: MovingStack,
  to: Kind,
  replace: boolean,
): Promise<Moved | undefined> {
  const begun = await asked(stack)
  if (begun?.move) {
    const { from, to: target } = begun.move
    if (begun.live === target) {
      const moved = await finish(stack, from, target, await stack.order(from, target, replace))
      if (target === to) return moved
    } else if (target !== to) {
      await takeBack(stack, from, target, await stack.order(from, target, replace))
      return undefined
    }
  }
  const { database } = await stack.chosen()
  const from: Kind = to === 'local' ? 'managed' : 'local'
  if (database === 'none')
    throw new Error(`${stack.name} has no database whose rows could be moved`)
  if (database === to && begun?.live !== from) return undefined
  if (to === 'managed') await ensureNothingOfLocal(stack)
  return there(stack, from, to, replace)
}

/** @throws Error before a cluster is made whose update would be refused */
async function ensureNothingOfLocal(stack: MovingStack): Promise<void> {
  const [key] = await stack.ofLocal()
  if (key === undefined) return
  const loss =
    key === 'anonymiseSql'
      ? '; that takes away the bucket of its snapshots, so let environments read those of a stack with a local database first (docs/decisions.md, Snapshots are of a database on the host)'
      : ''
  throw new Error(
    `${key} is set, and is of a database on the host alone; nothing was changed. Fix: pulumi config rm ${key} --stack ${stack.name} and pulumi up, then again${loss}`,
  )
}

async function asked(stack: MovingStack): Promise<Host | undefined> {
  const said = await stack.host('state')
  return said && (JSON.parse(good(said)) as Host)
}

/** @throws Error with the host's own words */
function good({ code, stdout, stderr }: Result): string {
  if (code !== 0) throw new Error(stderr.trim())
  return stdout
}

async function told(stack: MovingStack, verb: string, order: string): Promise<string> {
  const said = await stack.host(verb, order)
  if (!said) throw new Error(`the host of ${stack.name} has no move. Fix: pulumi up`)
  return good(said)
}

async function there(stack: MovingStack, from: Kind, to: Kind, replace: boolean): Promise<Moved> {
  stack.say(`1/3  the ${to} database is made; the app goes on with the ${from} one`)
  await stack.choose({ database: from, beside: to })
  if ((await stack.update()) !== 0) {
    throw new Error(
      `the ${to} database is not ready, and the app goes on with the ${from} one. Fix: repair what is said above, then run this again; or leave it: pulumi config rm databaseBeside`,
    )
  }
  const order = await stack.order(from, to, replace)
  const { rows, tables, bytes, versions } = JSON.parse(await told(stack, 'check', order))
  const [old, next] = versions
  stack.say(
    `2/3  ${counted(rows, 'row')} in ${counted(tables, 'table')} (${mib(bytes)} MiB) go from PostgreSQL ${old} to ${next}; then the release that uses it starts`,
  )
  await told(stack, 'order', order)
  await stack.choose({ database: to, beside: from })
  const code = await stack.update().catch(async (error) => {
    // The one at work may be this move, begun elsewhere: its order on the host is not taken back.
    if (error instanceof LockedError) await stack.choose({ database: from, beside: to })
    throw error
  })
  if (code !== 0) await refuse(stack, from, to, order)
  return finish(stack, from, to, order, false)
}

/** After an update that failed: the app has its rows where they were, or it is on the other side already. */
async function refuse(stack: MovingStack, from: Kind, to: Kind, order: string): Promise<never> {
  const again = `./padlock database move --to ${to}`
  const { undone } = JSON.parse(await told(stack, 'undo', order))
  if (!undone) {
    throw new Error(
      `the rows are in the ${to} database and the app uses it, but the update is not whole. Fix: repair what is said above, then ${again}`,
    )
  }
  await stack.choose({ database: from, beside: to })
  throw new Error(
    `nothing was moved, and the app goes on with the ${from} database. Fix: repair what is said above, then ${again}`,
  )
}

async function takeBack(stack: MovingStack, from: Kind, to: Kind, order: string): Promise<void> {
  const { undone } = JSON.parse(await told(stack, 'undo', order))
  if (!undone) throw new Error(`the app uses the ${to} database by now: run this again`)
  await stack.choose({ database: from, beside: to })
  stack.say(`the move to ${to} is taken back: the app writes into the ${from} database`)
  if ((await stack.update()) !== 0) throw new Error('the update is not whole. Fix: pulumi up')
}

/** @param whole is the state yet to be brought to what is live? */
async function finish(
  stack: MovingStack,
  from: Kind,
  to: Kind,
  order: string,
  whole = true,
): Promise<Moved> {
  if (whole) {
    await stack.choose({ database: to, beside: from })
    if ((await stack.update()) !== 0) {
      throw new Error(
        `the app uses the ${to} database, but the update is not whole. Fix: pulumi up`,
      )
    }
  }
  stack.say(`3/3  the app uses the ${to} database`)
  return { from, to, ...JSON.parse(await told(stack, 'done', order)) }
}

export const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
const mib = (bytes: number) => Math.max(1, Math.round(bytes / 1024 ** 2))
