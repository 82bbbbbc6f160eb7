/** Schemas of values that are no texts: booleans, numbers, lists, objects. */
import * as v from 'valibot'
import { help, message, pathItem, type Say } from './error.ts'
import type { TextSchema } from './texts.ts'

export function flag() {
  const fix = 'pulumi config set {path} false'
  return v.optional(v.boolean(message('is neither true nor false', 'true or false', fix)), false)
}

/** A whole number from `least` to `most`; `unit` is a noun such as `TCP port`. */
export function wholeNumber(
  unit: string,
  least: number,
  most: number,
  standard: number,
  fix = `pulumi config set {path} ${standard}`,
) {
  const wrong = message(`is not a ${unit}`, `a whole number from ${least} to ${most}`, fix)
  return v.optional(
    v.pipe(v.number(wrong), v.integer(wrong), v.minValue(least, wrong), v.maxValue(most, wrong)),
    standard,
  )
}

/**
 * A list of texts without duplicates; each entry is judged and reported under its own path.
 * @param example a good entry
 * @param empty what an empty list does, and what is needed; absent if it may be empty
 */
export function list(
  entry: (say: Say) => TextSchema,
  allowed: string,
  example: string,
  empty?: { wrong: string; allowed: string },
) {
  const first = "pulumi config set --path '{path}[0]'"
  return v.optional(
    v.pipe(
      v.array(
        entry(help(allowed, `pulumi config set --path '{path}' '${example}'`)),
        message('is not a list', `a list of ${allowed}`, `${first} '${example}'`),
      ),
      empty
        ? v.minLength(1, message(empty.wrong, empty.allowed, `${first} ${example}`))
        : v.minLength(0),
      v.rawCheck(({ dataset: { value }, addIssue }) => {
        const entries: unknown[] = Array.isArray(value) ? value : []
        for (const [index, input] of entries.entries()) {
          if (entries.indexOf(input) < index)
            addIssue({ message: TWICE, input, path: [pathItem(entries, index)] })
        }
      }),
    ),
    [],
  )
}

const REMOVE = "pulumi config rm --path '{path}'"
const TWICE = message('is in the list twice', 'each entry once', REMOVE)

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Names that `v.record` leaves out without a word. */
export const SKIPPED = ['constructor', 'prototype', '__proto__']

/** As the engine prints a date of a settings file (Go's `time.Time.String`). */
const ENGINE_DATE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \S+$/

/** An environment by name, sorted. Numbers and booleans are taken as their text, as a shell would. */
export function environment(secret: boolean, taken: string[]) {
  // Of a secret the engine asks for the value, which everybody can read in a command line (ps).
  const set = (path: string) =>
    secret
      ? `pulumi config set --secret --path '${path}'`
      : `pulumi config set --path '${path}' VALUE`
  const wrong = {
    type: message('is not an object', 'names with values', set('{path}.NAME')),
    name: message(
      'has a name that an environment variable cannot have',
      'letters, digits and _, not beginning with a digit',
      REMOVE,
    ),
    skipped: message(
      `has one of the names ${SKIPPED.join(', ')}`,
      'other names',
      "pulumi config rm --path '{path}.NAME'",
    ),
    value: message('is not a text', 'a text, a number or a boolean', set('{path}')),
    empty: message('is empty', 'a secret of at least one character', set('{path}')),
    date: message(
      'is a date that YAML understood and the engine writes in its own way',
      'a text; in a file, one in quotes',
      set('{path}'),
    ),
  }
  const name = v.pipe(
    v.string(),
    v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, wrong.name),
    v.notValues(taken, otherName(taken)('is set by the deployment itself')),
  )
  const value = v.pipe(
    v.union([v.string(), v.number(), v.boolean()], wrong.value),
    v.transform(String),
    v.check((text) => !ENGINE_DATE.test(text), wrong.date),
    secret ? v.nonEmpty(wrong.empty) : v.string(),
  )
  return v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>(isObject, wrong.type),
      v.check((names) => !SKIPPED.some((one) => Object.hasOwn(names, one)), wrong.skipped),
      v.record(name, value),
      v.transform((names) =>
        Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1))),
      ),
    ),
    {},
  )
}

/** @param taken names that the deployment gives to the app */
export const otherName = (taken: string[]): Say =>
  help(`names other than ${taken.join(', ')}, each once`, REMOVE)
