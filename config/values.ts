/** Schemas of values that are no texts: booleans, numbers, lists, objects. */
import * as v from 'valibot'
import { help, pathItem, type Say } from './error.ts'
import type { TextSchema } from './texts.ts'

export function flag() {
  const wrong = help('true or false', 'pulumi config set {path} false')('is neither true nor false')
  return v.optional(v.boolean(wrong), false)
}

/** A whole number from `least` to `most`; `unit` is a noun such as `TCP port`. */
export function wholeNumber(unit: string, least: number, most: number, standard: number) {
  const say = help(
    `a whole number from ${least} to ${most}`,
    `pulumi config set {path} ${standard}`,
  )
  const wrong = say(`is not a ${unit}`)
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
  const isList = help(`a list of ${allowed}`, `pulumi config set --path '{path}[0]' '${example}'`)
  const once = help('each entry once', "pulumi config rm --path '{path}'")
  return v.optional(
    v.pipe(
      v.array(
        entry(help(allowed, `pulumi config set --path '{path}' '${example}'`)),
        isList('is not a list'),
      ),
      v.minLength(
        empty ? 1 : 0,
        help(
          empty?.allowed ?? '',
          `pulumi config set --path '{path}[0]' ${example}`,
        )(empty?.wrong ?? ''),
      ),
      v.rawCheck(({ dataset: { value }, addIssue }) => {
        const entries: unknown[] = Array.isArray(value) ? value : []
        for (const [index, input] of entries.entries()) {
          if (entries.indexOf(input) === index) continue
          addIssue({
            message: once('is in the list twice'),
            input,
            path: [pathItem(entries, index)],
          })
        }
      }),
    ),
    [],
  )
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An environment by name, sorted. Numbers and booleans are taken as their text, as a shell would. */
export function environment(secret: boolean, taken: string[]) {
  const set = `pulumi config set${secret ? ' --secret' : ''} --path`
  const remove = "pulumi config rm --path '{path}'"
  return v.optional(
    v.pipe(
      v.custom<Record<string, unknown>>(
        isObject,
        help('names with values', `${set} '{path}.NAME' VALUE`)('is not an object'),
      ),
      v.record(
        v.pipe(
          v.string(),
          v.regex(
            /^[A-Za-z_][A-Za-z0-9_]*$/,
            help(
              'letters, digits and _, not beginning with a digit',
              remove,
            )('has a name that an environment variable cannot have'),
          ),
          v.notValues(taken, otherName(taken)('is set by the deployment itself')),
        ),
        v.pipe(
          v.union(
            [v.string(), v.number(), v.boolean()],
            help('a text, a number or a boolean', `${set} '{path}' VALUE`)('is not a text'),
          ),
          v.transform(String),
        ),
      ),
      v.transform((names) =>
        Object.fromEntries(Object.entries(names).sort(([a], [b]) => (a < b ? -1 : 1))),
      ),
    ),
    {},
  )
}

/** @param taken names that the deployment gives to the app */
export function otherName(taken: string[]): Say {
  return help(`names other than ${taken.join(', ')}, each once`, "pulumi config rm --path '{path}'")
}
