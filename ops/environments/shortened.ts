import { ownerOfTag } from '../../config/checkout/owner.ts'
import { expiryOfTag } from '../../config/expiry.ts'
import { deploymentName } from '../../config/site/names.ts'
import { asVolumeName } from '../../config/volume/index.ts'
import { stackOf } from './names.ts'

export interface Told {
  stack: string | undefined
  /** Told by tags alone, with no expiry among them: it may be kept where its stack goes. */
  unsure: boolean
}

/**
 * The stack of a volume or a database cluster: the one whose tags it carries, if its name is what such
 * a thing of this stack is called. A name alone does not tell, as it is in lower case and may be cut
 * off; it is all that there is of one without tags. One that the program has beside the stack's own is
 * called as it likes: of that the tags tell.
 * @param nameOf what one of a deployment and its owner is called
 */
export function stackOfShortened(
  kind: 'volume' | 'database',
  { name, tags }: { name: string; tags: string[] | null },
  project: string,
  nameOf: (deployment: string, owner: string) => string,
): Told {
  const carried = tags ?? []
  const owners = carried.map(ownerOfTag).filter((owner) => owner !== undefined)
  const stacks = carried.map((tag) => stackOf('tag', tag, project))
  const told = stacks.find((stack) =>
    owners.some((owner) => stack && nameOf(deploymentName(project, stack), owner) === name),
  )
  if (told !== undefined) return { stack: told, unsure: false }
  const named = byShortenedName(kind, name, project)
  const tagged = stackOfMark(carried, project)
  if (tagged === undefined || tagged === named || !fits(named, tagged)) {
    return { stack: named, unsure: false }
  }
  return { stack: tagged, unsure: !carried.some(expiryOfTag) }
}

/** The one stack that the tags name, its owner's among them. */
function stackOfMark(tags: string[], project: string): string | undefined {
  const stack = stackOfTags(tags, project)
  const isMark = (tag: string) => ownerOfTag(tag) && stackOf('tag', tag, project) === stack
  return tags.some(isMark) ? stack : undefined
}

/** Does a name leave it to the tags? One of another stack's does not. */
const fits = (named: string | undefined, stack: string): boolean =>
  named === undefined || named.toLowerCase().startsWith(`${stack.toLowerCase()}-`)

/** The one stack that all of the tags with a stack name; undefined where they name several. */
export function stackOfTags(tags: string[], project: string): string | undefined {
  const stacks = new Set(tags.map((tag) => stackOf('tag', tag, project)))
  stacks.delete(undefined)
  return stacks.size === 1 ? [...stacks][0] : undefined
}

/** The stack as the name has it. */
export const byShortenedName = (
  kind: 'volume' | 'database',
  name: string,
  project: string,
): string | undefined => stackOf(kind, name, project) ?? stackOf(kind, name, asVolumeName(project))
