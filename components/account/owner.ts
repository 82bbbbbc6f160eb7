import * as pulumi from '@pulumi/pulumi'
import { type Owner, ownerOfTag } from '../../config/checkout/owner.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

/**
 * May this owner work on the state? One that has no owner yet is given one by the update.
 * @throws RunError where the state is another owner's
 */
export function checkOwner(state: Former[], owner: Owner): void {
  const made = ofKind(state, 'Deployment')[0]?.outputs
  if (made?.owner === undefined || made.owner === owner.id) return
  throw new pulumi.RunError(
    `the stack ${pulumi.getStack()} belongs to the owner ${made.owner} (${made.ownerOf}), and this checkout is ${owner.id} (${owner.of}). ` +
      `If both are the same (the repository was renamed, or this is a clone of a fork): pulumi config set owner ${made.owner}. ` +
      'Otherwise use another stack, or another `name` in Pulumi.yaml. Nothing was created or changed.',
  )
}

/**
 * Firewalls follow tags, so two owners of one name would open and close each other's droplets.
 * @param droplets that carry the tag
 * @throws RunError where one of them is another owner's
 */
export function rejectForeign(
  droplets: { name: string; id: number; tags: string[] }[],
  tag: string,
  owner: string,
): void {
  for (const { name, id, tags } of droplets) {
    const others = tags.filter((one) => one.startsWith(`${tag}:`)).map(ownerOfTag)
    const other = others.find((one) => one !== undefined && one !== owner)
    if (other === undefined) continue
    throw configurationError(
      `${tag} in this DigitalOcean account belongs to the owner ${other} (droplet ${name}, ${id}), and this checkout is ${owner}`,
      'one owner for each name in an account',
      'another `name` in Pulumi.yaml, or another name of the stack',
    )
  }
}

/**
 * The account's tags and the names of volumes and clusters are one in capitals and small letters, and
 * names of stacks are not. A tag is spelled as it first was.
 * @param what bears the tags
 * @throws RunError where they are those of a name that differs from this one in that alone
 */
export function rejectTwin(what: string, tags: string[] | null | undefined, name: string): void {
  if (!tags || tags.includes(name)) return
  const twin = tags.find((tag) => tag.toLowerCase() === name.toLowerCase())
  if (twin === undefined) return
  throw configurationError(
    `the name ${name} differs from ${twin} in capitals alone, which ${what} has, and the account does not tell them apart`,
    'a name that differs from those of other stacks in more than capitals',
    'another name of the stack (pulumi stack rename); of one that is up already, another stack',
  )
}
