import { deploymentName } from '../../config/site/names.ts'
import { volumeName } from '../../config/volume/index.ts'
import type { Context } from './context.ts'
import type { Marks, Owned } from './inventory.ts'
import { removable } from './removable.ts'

/**
 * The volumes and database clusters of a stack whose state is lost that a verb may remove and whose
 * time is not over: what people wrote lies there alone.
 */
export function livingData(
  owned: Owned[],
  stack: string,
  { exclusive }: Pick<Context, 'exclusive'>,
  now = new Date(),
): Owned[] {
  return removable(owned, exclusive).filter(
    (one) => one.stack === stack && DATA.includes(one.kind) && !(one.expires && one.expires <= now),
  )
}

const DATA = ['volume', 'database']

/**
 * The stack's own volume alone is taken over: a cluster's users' passwords were in the state, and another
 * volume would stand in it as the stack's own.
 */
export function canKeep(data: Owned[], stack: string, { project, owner }: Marked): boolean {
  const own = volumeName(deploymentName(project, stack), owner)
  return data.every(({ kind, name }) => kind === 'volume' && name === own)
}

type Marked = Pick<Marks, 'project' | 'owner'>

/** What to say of it before anything is touched. */
export function lostData(data: Owned[], stack: string, marks: Marked): string {
  const names = data.map(({ kind, name, id }) => `  ${kind} ${name} (${id})`)
  const keep = canKeep(data, stack, marks)
    ? `./padlock env up ${stack} --keep-volume takes the volume over and removes the rest of what was`
    : 'restore the state (a backend keeps earlier ones: pulumi stack import)'
  return (
    `the state of ${stack} is lost, and the accounts hold its data, whose time is not over:\n${names.join('\n')}\n` +
    `Fix: ${keep}; or ./padlock env down ${stack} destroys all of it with everything in it, then this again.\n` +
    'Nothing was created or changed.'
  )
}

/** What a volume that is taken over takes along: its project, which cannot go before it, and its snapshots. */
export const withVolume = (owned: Owned[], stack: string): Owned[] =>
  owned.filter((one) => one.stack === stack && ['project', 'volume snapshot'].includes(one.kind))
