/** Makes a protocol handler of a resource type's descriptor. */
import { InitFailedError } from '../server/errors.ts'
import type { Context, ResourceHandler } from '../server/types.ts'
import { revealAll, UNKNOWN, type Values } from '../server/values.ts'
import { checkInputs, type MadeUpNames } from './check.ts'
import { diffOf, withEmptied } from './diff.ts'
import { importedInputs, refreshedInputs } from './inputs.ts'
import { plan, settle, unfinished } from './plan.ts'
import type { InputsOf, OutputsOf, Properties } from './schema.ts'
import { markSecrets, sortSets, withoutBookkeeping } from './schema.ts'

/** Under this key `__meta` holds the timeouts (pulumi-terraform-bridge, as Terraform's SDK names it). */
const TIMEOUTS = 'e2bfb730-ecaa-11e6-8f88-34363bc7c4c0'
const NANOSECONDS = 1e9

/** What an operation works with, beside the API. */
export interface Work {
  /** Milliseconds since the epoch. */
  deadline: number
  signal: AbortSignal
}

/** The object does not exist (any more). */
export class NotFound extends Error {}

/**
 * A resource type: its properties, and what it asks the API. Values are plain: no markers, nothing unknown.
 * Failures are thrown; their text is the API's with the real plugin's words in front.
 */
export interface Resource<Api, Args, State> {
  /** Type token, such as `digitalocean:index/tag:Tag`. */
  token: string
  inputs: InputsOf<Args>
  outputs: OutputsOf<State, Args>
  /** The input that gets a made-up name. */
  autonamed?: keyof Args & string
  /** What such a name is like, where the type has rules of its own. */
  madeUpNames?: MadeUpNames
  /** Seconds. The operation's own default, and recorded in the state. */
  timeouts?: { create?: number; update?: number; delete?: number }
  /** Version of the state's shape in the real plugin, 0 by default. */
  schemaVersion?: number
  /** After a failed update the state has the old values; with the other types it has the new ones. */
  keepsOldOnFailure?: boolean
  /** What is wrong with the inputs as a whole; they may hold unknowns. Shown by Diff and Create. */
  validate?(inputs: Values, state: Values | undefined): string | undefined
  /** What is wrong with the inputs as a whole, for Check: the reason and the property. */
  checkTogether?(inputs: Values): { property: string; reason: string } | undefined
  /** Last changes to a plan of an update, in place. */
  replan?(planned: Values, state: Values): void
  /**
   * Makes the object and returns its id. When it fails, nothing is kept.
   * @param given the inputs alone, without what is computed
   */
  create(api: Api, wanted: Values, work: Work, given: Values): Promise<string>
  /** Waits until the new object is usable. When it fails, the object is kept. */
  ready?(api: Api, id: string, wanted: Values, work: Work, given: Values): Promise<void>
  /** Outputs by name; those left out stay as they are. Throws {@link NotFound}. */
  read(
    api: Api,
    id: string,
    known: Values,
    reason: 'create' | 'update' | 'read' | 'import',
  ): Promise<Values>
  /** The id in the state of what was imported under this one; the same if absent. */
  importedId?(given: string): string
  update?(api: Api, id: string, change: Change, work: Work): Promise<void>
  delete(api: Api, id: string, state: Values, work: Work): Promise<void>
}

export interface Change {
  old: Values
  wanted: Values
  /** The inputs alone, without what is computed. */
  given: Values
  /** Whether one of the properties changes. */
  changes(...names: string[]): boolean
}

/** What is the same for all resource types of a plugin. */
export interface BridgeOptions {
  /** The failure of an update of an object that is gone, where it has words of its own. */
  goneInUpdate?(urn: string): Error
}

/** What the bridge itself says of an update whose resource forgets its id. */
export const goneInUpdate = (urn: string): Error =>
  new Error(
    `Resource provider reported that the resource did not exist while updating ${urn}.\n\n` +
      'This is usually a result of the resource having been deleted outside of Pulumi, and can often be fixed by ' +
      'running `pulumi refresh` before updating.',
  )

/** Default for operations without a timeout of their own, in seconds (as in Terraform's SDK). */
const DEFAULT_TIMEOUT = 20 * 60

export function bridged<Api, Args, State>(
  resource: Resource<Api, Args, State>,
  options: BridgeOptions = {},
): ResourceHandler<Api> {
  const inputs = resource.inputs as Properties
  const properties: Properties = { ...inputs, ...(resource.outputs as Properties) }

  function outputs(id: string, values: Values, reason?: Reason, timeouts = {}): Values {
    const marked = markSecrets(properties, values)
    const meta = metaOf(resource, reason, timeouts)
    return { id, ...marked, ...(meta && { __meta: meta }) }
  }

  function planned(news: Values, state: Values | undefined): Values {
    const given = withoutBookkeeping(news)
    const values = plan(properties, given, state)
    if (!state) return values
    resource.replan?.(values, state)
    return withEmptied(properties, values, state, given)
  }

  function validate(urn: string, news: Values, state?: Values): void {
    const wrong = resource.validate?.(withoutBookkeeping(news), state)
    if (wrong) throw new Error(`diffing ${urn}: ${multierror(wrong)}`)
  }

  function work(
    operation: 'create' | 'update' | 'delete',
    seconds: number,
    context: Context<Api>,
  ): Work {
    const limit = seconds || resource.timeouts?.[operation] || DEFAULT_TIMEOUT
    return { deadline: Date.now() + limit * 1000, signal: context.signal }
  }

  return {
    check(request) {
      const { autonamed = '', madeUpNames } = resource
      const result = checkInputs(inputs, autonamed, request, madeUpNames)
      const wrong = resource.checkTogether?.(result.inputs)
      if (!wrong) return result
      const reason = `${wrong.reason}. Examine values at '${request.name}.${wrong.property}'.`
      return { ...result, failures: [...result.failures, { reason }] }
    },

    diff({ urn, olds, news, ignoreChanges }) {
      const state = revealAll(withoutBookkeeping(olds))
      validate(urn, news, state)
      const name = resource.autonamed ?? ''
      const defaults = Array.isArray(news.__defaults) ? news.__defaults : []
      const explicitName = name in news && !defaults.includes(name)
      return diffOf(properties, {
        state,
        planned: planned(revealAll(news), state),
        inputs: withoutBookkeeping(revealAll(news)),
        explicitName,
        ignored: ignoreChanges,
      })
    },

    async create({ urn, properties: news, preview, timeout }, context) {
      validate(urn, news)
      const wanted = planned(revealAll(news), undefined)
      if (preview) return { properties: { ...outputs(UNKNOWN, wanted, 'preview') } }
      const limits = work('create', timeout, context)
      const custom = timeout ? { create: timeout } : {}
      const known = unfinished(properties, wanted)
      const given = withoutBookkeeping(revealAll(news))
      // The API gets the text, the state its digest.
      const request = { ...known, ...textsOf(properties, news) }
      const id = await resource.create(context.client, request, limits, given).catch((error) => {
        throw new Error(multierror(error))
      })
      try {
        await resource.ready?.(context.client, id, request, limits, given)
        const actual = await resource.read(context.client, id, known, 'create')
        const done = settle(wanted, sortSets(properties, actual))
        return { id, properties: outputs(id, done, undefined, custom) }
      } catch (error) {
        throw new InitFailedError(`creating ${urn}: ${multierror(error)}`, {
          id,
          properties: outputs(id, known, undefined, custom),
        })
      }
    },

    async update({ urn, id, olds, news, preview, timeout }, context) {
      const old = revealAll(withoutBookkeeping(olds))
      validate(urn, news, old)
      const wanted = planned(revealAll(news), old)
      if (preview) return outputs(id, wanted, isSame(old, wanted) ? 'unchanged' : 'preview')
      const known = unfinished(properties, wanted)
      const change: Change = {
        old,
        given: withoutBookkeeping(revealAll(news)),
        wanted: { ...known, ...textsOf(properties, news) },
        changes: (...names) =>
          names.some((name) => JSON.stringify(old[name]) !== JSON.stringify(wanted[name])),
      }
      try {
        await resource.update?.(context.client, id, change, work('update', timeout, context))
        const actual = await resource.read(context.client, id, known, 'update')
        return outputs(id, settle(wanted, sortSets(properties, actual)))
      } catch (error) {
        if (error instanceof NotFound && options.goneInUpdate) throw options.goneInUpdate(urn)
        const kept = resource.keepsOldOnFailure ? pick(properties, old) : known
        throw new InitFailedError(`updating ${urn}: ${multierror(error)}`, {
          id,
          properties: outputs(id, kept),
        })
      }
    },

    async read({ urn, id, properties: state, inputs: oldInputs }, context) {
      const importing = Object.keys(state).length === 0
      const old = revealAll(withoutBookkeeping(state))
      const reason = importing ? 'import' : 'read'
      let actual: Values
      try {
        actual = await resource.read(context.client, id, old, reason)
      } catch (error) {
        if (error instanceof NotFound) return null
        throw new Error(`refreshing ${urn}: ${multierror(error)}`)
      }
      const fresh = { ...pick(properties, old), ...sortSets(properties, actual) }
      const kept = (importing && resource.importedId?.(id)) || id
      return {
        id: kept,
        properties: outputs(kept, fresh, importing ? 'import' : undefined),
        inputs: markSecrets(
          inputs,
          importing
            ? importedInputs(inputs, fresh)
            : refreshedInputs(inputs, oldInputs, old, fresh),
        ),
      }
    },

    async delete({ urn, id, properties: state, timeout }, context) {
      const limits = work('delete', timeout, context)
      const old = revealAll(withoutBookkeeping(state))
      await resource.delete(context.client, id, old, limits).catch((error) => {
        throw new Error(`deleting ${urn}: ${multierror(error)}`)
      })
    },
  }
}

/** The properties of a state, without what is kept beside them. */
function pick(properties: Properties, state: Values): Values {
  return Object.fromEntries(Object.keys(properties).map((name) => [name, state[name] ?? null]))
}

/** Go's multierror, in which the real plugins wrap every failure. */
export function multierror(error: unknown): string {
  return `1 error occurred:\n\t* ${error instanceof Error ? error.message : String(error)}\n\n`
}

/** The inputs of which the state holds a digest only. */
function textsOf(properties: Properties, news: Values): Values {
  return Object.fromEntries(
    Object.entries(news).filter(([name]) => properties[name]?.stored !== undefined),
  )
}

/** Why outputs are made, if not because an operation is done. */
type Reason = 'preview' | 'unchanged' | 'import'

function isSame(old: Values, wanted: Values): boolean {
  return Object.keys(wanted).every(
    (name) => JSON.stringify(old[name] ?? null) === JSON.stringify(wanted[name]),
  )
}

/** Timeouts and the version of the state's shape, as the real plugins keep them beside the properties. */
function metaOf(
  resource: { timeouts?: { [operation: string]: number }; schemaVersion?: number },
  reason: Reason | undefined,
  timeouts: { [operation: string]: number },
): string | undefined {
  if (reason === 'unchanged') return undefined
  const meta: Record<string, unknown> = {}
  if (resource.timeouts) {
    meta[TIMEOUTS] = Object.fromEntries(
      Object.entries({ ...resource.timeouts, ...timeouts }).map(([name, seconds]) => [
        name,
        seconds * NANOSECONDS,
      ]),
    )
  }
  const version = resource.schemaVersion ?? 0
  const withVersion = version > 0 ? reason !== 'preview' : reason === 'import'
  if (withVersion && (version > 0 || resource.timeouts)) meta.schema_version = String(version)
  return Object.keys(meta).length ? JSON.stringify(meta) : undefined
}
