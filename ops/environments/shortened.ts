import { ownerOfTag } from '../../config/checkout/owner.ts'
import { deploymentName } from '../../config/site/names.ts'
import { asVolumeName } from '../../config/volume/index.ts'
import { stackOf } from './names.ts'

/**
 * The stack of a volume or a database cluster: the one whose tags it carries, if its name is what such
 * a thing of this stack is called. A name alone does not tell, as it is in lower case and may be cut
 * off; it is all that there is of one without tags.
 * @param nameOf what one of a deployment and its owner is called
 */
export function stackOfShortened(
  kind: 'volume' | 'database',
  { name, tags }: { name: string; tags: string[] | null },
  project: string,
  nameOf: (deployment: string, owner: string) => string,
): string | undefined {
  const carried = tags ?? []
  const owners = carried.map(ownerOfTag).filter((owner) => owner !== undefined)
  const stacks = carried.map((tag) => stackOf('tag', tag, project))
  const told = stacks.find((stack) =>
    owners.some((owner) => stack && nameOf(deploymentName(project, stack), owner) === name),
  )
  return told ?? byShortenedName(kind, name, project)
}

/** The stack as the name has it. */
export const byShortenedName = (
  kind: 'volume' | 'database',
  name: string,
  project: string,
): string | undefined => stackOf(kind, name, project) ?? stackOf(kind, name, asVolumeName(project))
