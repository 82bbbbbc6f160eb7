import type { CheckRequest, Failure, ResourceHandler } from './server/types.ts'
import { isUnknown, secret, UNKNOWN, type Value, type Values } from './server/values.ts'

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
  /** Which of the inputs are secret. */
  secretInputs?: readonly string[]
  /** Optional inputs that the plugin computes where they are missing: unknown in a preview. */
  computed?: readonly string[]
  /** Outputs that change in place, with what a preview already knows of them. */
  renewal?: Renewal
  /** Does a change list the computed properties as changed too? */
  diffListsOutputs?: boolean
  /** The bookkeeping text `__meta` of the state, if the official plugin writes one. */
  meta?: string
  /** Adjusts the inputs once defaults are in; throws if they contradict each other. */
  fill?(inputs: Values): Values
  /** Reasons to refuse the inputs. */
  validate(inputs: Values, name: string): string[]
  generate(inputs: Values): Made | Promise<Made>
}

interface Made {
  id: string
  outputs: Values
}

/** What time alone makes old: `readyForRenewal` of certificates. */
export interface Renewal {
  /** The input that changes in place. */
  input: string
  /** The output that says whether it is time, which replaces once it is true. */
  output: string
  /** Is it time, for the properties of a state or, before there is one, for the inputs? */
  due(properties: Values): boolean
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
    return withInputsMarked({
      ...properties,
      ...Object.fromEntries(type.secrets.map((name) => [name, secret(properties[name] ?? '')])),
    })
  }

  function withInputsMarked(properties: Values): Values {
    const marks = (type.secretInputs ?? [])
      .filter((name) => properties[name] !== undefined)
      .map((name) => [name, secret(properties[name] as Value)])
    return { ...properties, ...Object.fromEntries(marks) }
  }

  function failures(request: CheckRequest): Failure[] {
    return type.validate(request.news, request.name).map((reason) => ({ reason }))
  }

  const { renewal } = type
  const renewed = (properties: Values): Values =>
    renewal ? { ...properties, [renewal.output]: renewal.due(properties) } : properties

  return {
    check: (request) => ({
      inputs: withInputsMarked(request.news),
      failures: failures(request),
    }),

    diff({ olds, news }) {
      const wanted = filled(news)
      const changed = names.filter((name) => !same(wanted[name], olds[name])).sort()
      const replaces = changed.filter((name) => name !== renewal?.input)
      if (renewal) {
        const due = renewal.due({ ...olds, [renewal.input]: wanted[renewal.input] ?? 0 })
        if (due) replaces.push(renewal.output)
        // A replacement for another reason is planned as something new.
        const anew = replaces.length > 0 && !due && renewal.due(wanted)
        if (due || anew || olds[renewal.output] === true) changed.push(renewal.output)
      }
      if (changed.length === 0) return { changes: 'none' }
      const outputs = type.diffListsOutputs ? ['id', ...type.outputs] : []
      return { changes: 'some', replaces, diffs: [...changed, ...outputs].sort() }
    },

    async create({ properties, preview }) {
      const inputs = filled(properties)
      if (preview) {
        const missing = (type.computed ?? []).filter((name) => inputs[name] === undefined)
        const unknown = ['id', ...type.outputs, ...missing].map((name) => [name, UNKNOWN])
        const planned = { ...inputs, ...Object.fromEntries(unknown) }
        const secrets = (type.secretInputs ?? []).filter((name) => isUnknown(planned[name]))
        const open = Object.fromEntries(secrets.map((name) => [name, UNKNOWN]))
        return { properties: { ...withInputsMarked(renewed(planned)), ...open } }
      }
      const { id, outputs } = await type.generate(inputs)
      const meta: Values = type.meta === undefined ? {} : { __meta: type.meta }
      return { id, properties: marked(renewed({ ...meta, ...inputs, ...outputs, id })) }
    },

    update({ olds, news }) {
      if (!renewal) throw new Error('every change of this resource replaces it')
      return marked(renewed({ ...olds, [renewal.input]: filled(news)[renewal.input] ?? 0 }))
    },

    read({ id, properties, inputs }) {
      if (Object.keys(properties).length === 0) {
        throw new Error('this stand-in cannot import: install the official plugin for that')
      }
      return { id, properties: marked(renewed(properties)), inputs: withInputsMarked(inputs) }
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
