import { expiryOfTag } from '../../config/expiry.ts'
import type { StateResource } from '../engine/state.ts'
import type { Context } from './context.ts'
import type { Owned } from './inventory.ts'
import { writtenHere } from './settings.ts'

/** Carry the expiry of a stack, which has none of them without it. */
const BEARERS = ['droplet', 'volume', 'database', 'auth0 client']

/**
 * What of this a verb may remove by the accounts' APIs: what is marked as this owner's, of stacks
 * that carry an expiry. Where the accounts are the project's alone, all but another owner's and what
 * nobody can tell the stack of.
 */
export function removable(owned: Owned[], exclusive: boolean): Owned[] {
  if (exclusive) return owned.filter(({ mark, unsure }) => mark !== 'other' && !unsure)
  const ours = Map.groupBy(
    owned.filter(({ mark, stack }) => mark === 'ours' && stack !== ''),
    ({ stack }) => stack,
  )
  return [...ours.values()].filter(isTemporary).flat()
}

function isTemporary(ofStack: Owned[]): boolean {
  return lasting(ofStack).length === 0 && ofStack.some(({ expires }) => expires)
}

/** What of this owner's says that its stack has no expiry. */
export const lasting = (ofStack: Owned[]): Owned[] =>
  ofStack.filter(({ kind, mark, expires }) => mark === 'ours' && BEARERS.includes(kind) && !expires)

const DEPLOYMENT = 'padlock:index:Deployment'

/** What a state says of its stack. */
export interface Told {
  /** Owner id; absent in a state that was made before there were owners. */
  owner?: string
  ownerOf?: string
  /** Whether the stack has an expiry. */
  temporary: boolean
  /** Names of what the engine keeps from being deleted. */
  protected: string[]
}

/** Reads a state; one of a version without owners tells its expiry by tags and metadata. */
export function toldBy(resources: StateResource[]): Told {
  const { inputs, outputs } = resources.find(({ type }) => type === DEPLOYMENT) ?? {}
  const expiry = ({ inputs = {} }: StateResource) =>
    /:expires:/.test(String(inputs.name ?? '')) ||
    // Of a volume that was imported, until an update has been through.
    (Array.isArray(inputs.tags) && inputs.tags.some((tag) => expiryOfTag(String(tag)))) ||
    (inputs.clientMetadata as { expires?: string } | undefined)?.expires !== undefined
  return {
    owner: inputs?.owner as string | undefined,
    ownerOf: outputs?.ownerOf as string | undefined,
    temporary: inputs?.expires !== undefined || resources.some(expiry),
    protected: resources
      .filter(({ protect }) => protect)
      .map(({ urn }) => urn.split('::').at(-1) ?? urn),
  }
}

/** Is there anything beside the stack itself and the providers' own entries? */
const isEmpty = (resources: StateResource[]) => resources.every(({ type }) => /^pulumi:/.test(type))

/**
 * Why a verb must not destroy this stack; undefined where it may: it has an expiry, and this owner
 * made it. Where the accounts are the project's alone a permanent stack may go as well, but no
 * protected one.
 */
export function keptBecause(
  { marks, exclusive }: Pick<Context, 'marks' | 'exclusive'>,
  stack: string,
  resources: StateResource[],
): string | undefined {
  const { owner, ownerOf, temporary, protected: kept } = toldBy(resources)
  if (kept.length > 0) {
    return `it is protected (${[...new Set(kept)].join(', ')}). To lift that: pulumi config set protect false --stack ${stack} && pulumi up --stack ${stack}`
  }
  if (exclusive) return undefined
  const byHand = `pulumi destroy --stack ${stack}`
  if (isEmpty(resources)) {
    if (isEphemeralName(stack)) return undefined
    return `it is empty, and nothing says that it was an ephemeral environment. To remove it: pulumi stack rm ${stack}`
  }
  if (owner !== undefined && owner !== marks.owner) return foreign(owner, ownerOf, marks.owner)
  if (!temporary) return `it has no expiry, so it is a permanent stack. To destroy it: ${byHand}`
  if (owner === undefined) {
    return `its state carries no owner's mark yet. ./padlock env up ${stack} gives it one; to destroy it: ${byHand}`
  }
  return undefined
}

/**
 * Why `env up` and `env extend` must not update this stack: it is permanent, or another owner's.
 */
export function untouchableBecause(
  { marks }: Pick<Context, 'marks'>,
  resources: StateResource[],
): string | undefined {
  if (isEmpty(resources)) return undefined
  const { owner, ownerOf, temporary } = toldBy(resources)
  if (owner !== undefined && owner !== marks.owner) return foreign(owner, ownerOf, marks.owner)
  if (temporary) return undefined
  return 'it has no expiry, so it is a permanent stack and no ephemeral environment'
}

const foreign = (owner: string, of = 'unknown', here: string) =>
  `it belongs to the owner ${owner} (${of}), and this checkout is ${here}`

/**
 * `pr-12`, a drill's `drill-20261129-0901`, or one whose settings `env up` has written here: what an
 * empty stack can tell by.
 */
export const isEphemeralName = (stack: string): boolean =>
  /^pr-|^drill-\d{8}-\d{4}$/.test(stack) || writtenHere(stack)
