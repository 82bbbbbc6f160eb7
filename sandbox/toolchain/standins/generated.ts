import type { CheckRequest, Failure, ResourceHandler } from './server/types.ts'
import { secret, UNKNOWN, type Value, type Values } from './server/values.ts'

/**
 * A resource that exists in the state alone: made once from its inputs, replaced when one of them
 * changes, never read from anywhere. All of `tls` and `random` is of this kind.
 *
 * @typeParam Args the SDK's own arguments type: an input missing here does not compile
 */
export interface Generated<Args> {
  /** Every input, with the value that the plugin fills in where the program gives none. */
  inputs: { [Name in keyof Required<Args>]: { default?: Value } }
  /** The computed properties, without `id`. */
  outputs: readonly string[]
  /** Which of the computed properties are secret. */
  secrets: readonly string[]
  /** Does a change list the computed properties as changed too? */
  diffListsOutputs?: boolean
  /** The bookkeeping text `__meta` of the state, if the official plugin writes one. */
  meta?: string
  /** Adjusts the inputs once defaults are in; throws if they contradict each other. */
  fill?(inputs: Values): Values
  /** Reasons to refuse the inputs. */
  validate(inputs: Values, name: string): string[]
  generate(inputs: Values): { id: string; outputs: Values }
}

/** The plugin's handler for a generated resource. */
export function generated<Args>(type: Generated<Args>): ResourceHandler<unknown> {
  const names = Object.keys(type.inputs)
  const defaults = new Map<string, Value>()
  for (const [name, input] of Object.entries<{ default?: Value }>(type.inputs)) {
    if (input.default !== undefined) defaults.set(name, input.default)
  }

  function filled(inputs: Values): Values {
    const full = { ...Object.fromEntries(defaults), ...inputs }
    return type.fill?.(full) ?? full
  }

  function marked(properties: Values): Values {
    const result = { ...properties }
    for (const name of type.secrets) result[name] = secret(result[name] ?? '')
    return result
  }

  function failures(request: CheckRequest): Failure[] {
    return type.validate(request.news, request.name).map((reason) => ({ reason }))
  }

  return {
    check: (request) => ({ inputs: request.news, failures: failures(request) }),

    diff({ olds, news }) {
      const wanted = filled(news)
      const replaces = names.filter((name) => !same(wanted[name], olds[name])).sort()
      if (replaces.length === 0) return { changes: 'none' }
      const outputs = type.diffListsOutputs ? ['id', ...type.outputs] : []
      return { changes: 'some', replaces, diffs: [...replaces, ...outputs].sort() }
    },

    create({ properties, preview }) {
      const inputs = filled(properties)
      if (preview) {
        const unknown = ['id', ...type.outputs].map((name) => [name, UNKNOWN])
        return { properties: { ...inputs, ...Object.fromEntries(unknown) } }
      }
      const { id, outputs } = type.generate(inputs)
      const meta: Values = type.meta === undefined ? {} : { __meta: type.meta }
      return { id, properties: marked({ ...meta, ...inputs, ...outputs, id }) }
    },

    update() {
      throw new Error('every change of this resource replaces it')
    },

    read({ id, properties, inputs }) {
      if (Object.keys(properties).length === 0) {
        throw new Error('this stand-in cannot import: install the official plugin for that')
      }
      return { id, properties: marked(properties), inputs }
    },

    // Nothing exists outside the state.
    delete() {},
  }
}

/** Equal by content; the order of an object's keys does not count. */
function same(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: Value | undefined): Value | undefined {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => sorted(item) as Value)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item) as Value]),
  )
}
