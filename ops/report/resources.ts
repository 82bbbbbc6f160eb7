import { isDeepStrictEqual } from 'node:util'
import type { Preview, PreviewStep, Properties } from './preview.ts'

export type Operation = 'create' | 'update' | 'replace' | 'delete' | 'same'

/** What a preview says of one resource. */
export interface Resource {
  urn: string
  /** As in `digitalocean:index/droplet:Droplet`. */
  type: string
  /** The last part of the type: `Droplet`, `remote:Command`. */
  kind: string
  name: string
  /** Types of the components around it, outermost first. */
  components: string[]
  operation: Operation
  /** Absent for what is created. */
  old?: Properties
  /** Absent for what is deleted. */
  new?: Properties
  oldOutputs: Properties
  newOutputs: Properties
  /** Top-level properties that differ, as the provider names them. */
  reasons: string[]
  /** Those that make a replacement necessary. */
  replaceReasons: string[]
  /** Replaced by the engine's trigger: no property says so. */
  triggered: boolean
  protectBefore: boolean
  protectAfter: boolean
  /** It ends for the stack and stays in the account: by itself, or with what it lies in. */
  retained: boolean
}

/** The engine's operations (pulumi/pulumi, deploy.StepOp); the halves of a replacement are left out. */
const OPERATIONS: Record<string, Operation> = {
  create: 'create',
  import: 'create',
  update: 'update',
  replace: 'replace',
  'import-replacement': 'replace',
  delete: 'delete',
  same: 'same',
  read: 'same',
  refresh: 'same',
}

/** Operations after which what was there is not the stack's any more. */
const ENDS = /^(replace|delete)$/

/** The resources of a preview in the order of their URNs, whatever order the engine met them in. */
export function resources(preview: Preview): Resource[] {
  const steps = preview.steps ?? []
  const retained = retainedOf(steps)
  return steps
    .flatMap((step) => {
      const operation = OPERATIONS[step.op]
      return operation ? [resource(step, operation, retained.has(step.urn))] : []
    })
    .sort((a, b) => compare(a.urn, b.urn))
}

/** URNs of what the engine lets go of; what a refresh does not find is gone all the same. */
function retainedOf(steps: PreviewStep[]): Set<string> {
  if (steps.some(({ op }) => op === 'refresh')) return new Set()
  const ending = steps.filter(({ op }) => ENDS.test(OPERATIONS[op] ?? ''))
  const kept = ending.filter(({ oldState }) => oldState?.retainOnDelete).map(({ urn }) => urn)
  const inside = ending.filter(({ oldState }) => kept.includes(oldState?.deletedWith ?? ''))
  return new Set([...kept, ...inside.map(({ urn }) => urn)])
}

function resource(step: PreviewStep, operation: Operation, retained: boolean): Resource {
  const { oldState, newState } = step
  const [types = '', name = ''] = step.urn.split('::').slice(2)
  const chain = types.split('$')
  const type = chain.at(-1) ?? ''
  const reasons = [
    ...(step.diffReasons ?? []),
    ...(step.replaceReasons ?? []),
    ...Object.keys(step.detailedDiff ?? {}).map(topLevel),
  ]
  const forced = Object.entries(step.detailedDiff ?? {}).flatMap(([path, { kind }]) =>
    kind.endsWith('-replace') ? [topLevel(path)] : [],
  )
  const named = unique([...(step.replaceReasons ?? []), ...forced])
  return {
    urn: step.urn,
    type,
    kind: kindOf(type),
    name,
    components: chain.slice(0, -1),
    operation,
    // An unchanged resource may carry one of its two states only.
    old: operation === 'create' ? undefined : (oldState?.inputs ?? newState?.inputs ?? {}),
    new: operation === 'delete' ? undefined : (newState?.inputs ?? oldState?.inputs ?? {}),
    oldOutputs: oldState?.outputs ?? {},
    newOutputs: newState?.outputs ?? {},
    reasons: unique(reasons),
    // ipv6 switched off is named `__meta` alone, as the provider decides on it by itself.
    replaceReasons: named.length > 0 || operation !== 'replace' ? named : unique(reasons),
    triggered:
      operation === 'replace' &&
      !isDeepStrictEqual(oldState?.replacementTrigger, newState?.replacementTrigger),
    protectBefore: (oldState ?? newState)?.protect ?? false,
    protectAfter: (newState ?? oldState)?.protect ?? false,
    retained,
  }
}

/** `command:remote:Command` keeps its module, which tells it from a local one. */
function kindOf(type: string): string {
  const [package_ = '', module = '', last = type] = type.split(':')
  return package_ === 'command' ? `${module}:${last}` : last
}

/** What was there is not there afterwards, or not the stack's. */
export const ends = ({ operation }: Resource): boolean => ENDS.test(operation)

export const isComponent = ({ type }: Resource): boolean =>
  type.startsWith('padlock:') || type === 'pulumi:pulumi:Stack'

/** The innermost component around a resource, such as `Release`; empty where it has none. */
export const within = ({ components }: Resource): string =>
  components.at(-1)?.split(':').at(-1) ?? ''

/** A look at names and addresses from where the operator stands: waits for resolvers or for somebody's records. */
export const isLook = (one: Resource): boolean =>
  one.kind === 'local:Command' && /^(Dns|DuckDns|ExternalRecords|Address)$/.test(within(one))

/** A component of the program by its name, such as `Release`. */
export const componentOf = (all: Resource[], name: string): Resource | undefined =>
  all.find(({ type }) => type === `padlock:index:${name}`)

export const isProvider = ({ type }: Resource): boolean => type.startsWith('pulumi:providers:')

const topLevel = (path: string) => path.split(/[.[]/)[0] ?? path
/** Names that begin with `__` are the provider's own book-keeping. */
const unique = (list: string[]) =>
  [...new Set(list)].filter((name) => !name.startsWith('__')).sort(compare)

/** By code units, the same on every computer. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
