import { RunError } from '@pulumi/pulumi'
import type { BaseIssue, IssuePathItem } from 'valibot'

/** Stands in a message for the path of the bad value, such as `sshFrom[1]`. */
const PATH = '{path}'

/**
 * A message without its subject.
 * @param wrong begins with a verb: `is not a TCP port`
 * @param allowed begins with a noun: `a whole number from 1 to 65535`
 * @param fix the command that fixes it; `{path}` stands for the path of the bad value
 */
export const message = (wrong: string, allowed: string, fix: string): string =>
  `${wrong}. Allowed: ${allowed}.\n    Fix: ${fix}`

/** Completes what is wrong to a message. */
export type Say = (wrong: string) => string

export const help =
  (allowed: string, fix: string): Say =>
  (wrong) =>
    message(wrong, allowed, fix)

/** The way from an object or a list to one of its values, as an issue bears it. */
export function pathItem(input: object, key: string | number): IssuePathItem {
  const value = (input as Record<string, unknown>)[key]
  return {
    type: 'object',
    origin: 'value',
    input: input as Record<string, unknown>,
    key: key as string,
    value,
  }
}

/**
 * Everything that is wrong with a stack's configuration, in one error, before anything is created.
 * The engine shows a RunError's message alone, without the program's stack.
 */
export class ConfigurationError extends RunError {
  readonly problems: string[]
  constructor(problems: string[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
    const list = problems.map((problem) => `  - ${problem}`).join('\n')
    super(`The stack's configuration has ${count}; nothing was created or changed.\n${list}`)
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/**
 * Each bad value's first issue as `KEY = VALUE is wrong. Allowed: …` and the command that fixes it.
 * An issue without an input shows no value.
 * @param secretKeys keys whose values are never shown
 */
export function describe(issues: BaseIssue<unknown>[], secretKeys: string[]): string[] {
  const problems = new Map<string, string>()
  for (const issue of issues) {
    const path = issue.path ?? []
    const dotted = path.map(({ key }, at) => (at === 0 ? key : step(key)))
    const key = dotted.join('')
    if (problems.has(key)) continue
    const last = path.at(-1)
    const parent = last?.input as Record<PropertyKey, unknown> | undefined
    // Of a bad name the value tells nothing; a missing key has none.
    const shown = issue.input !== undefined && last?.origin !== 'key'
    const value = shown && last ? parent?.[last.key as string] : undefined
    const secret = secretKeys.includes(String(path[0]?.key))
    const subject = value === undefined ? key : `${key} = ${secret ? '"(hidden)"' : show(value)}`
    problems.set(key, `${subject} ${issue.message.replaceAll(PATH, key)}`)
  }
  return [...problems.values()]
}

/** As `pulumi config set --path` takes it. */
function step(key: unknown): string {
  if (typeof key === 'number') return `[${key}]`
  const name = String(key)
  return /^[\w-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

const LONGEST = 80

/** A value as JSON, cut to 80 characters; hidden if it is a private key or a URL's password. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  if (/PRIVATE KEY|\/\/[^/]*:[^/]*@/.test(text)) return '"(hidden)"'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
