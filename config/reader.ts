import type { Problem } from './problems.ts'

/** The raw values of the project's keys, already turned from JSON text into values. */
export type RawConfig = Record<string, unknown>

/**
 * Reads one key after another and collects every problem instead of stopping at the first, so
 * that a user mends a configuration in one round.
 */
export class Reader {
  readonly problems: Problem[] = []
  private readonly raw: RawConfig

  constructor(raw: RawConfig) {
    this.raw = raw
  }

  value(key: string): unknown {
    return this.raw[key]
  }

  report(problem: Problem): void {
    this.problems.push(problem)
  }

  /** A text; empty if the key is not set. `check` tells what is wrong with a text, if anything. */
  text(
    key: string,
    mend: string,
    allowed: string,
    check: (text: string) => string | undefined,
  ): string {
    const value = this.raw[key] ?? ''
    if (typeof value !== 'string') {
      this.report({ key, value, wrong: 'is not a text', allowed, mend })
      return ''
    }
    const wrong = check(value)
    if (wrong) this.report({ key, value: this.raw[key] && concealed(value), wrong, allowed, mend })
    return value
  }

  boolean(key: string): boolean {
    const value = this.raw[key] ?? false
    if (typeof value === 'boolean') return value
    this.report({
      key,
      value,
      wrong: 'is neither true nor false',
      allowed: 'true or false',
      mend: `pulumi config set ${key} false`,
    })
    return false
  }

  /** A whole number from `least` to `most`; `unit` is a noun such as `TCP port`. */
  integer(key: string, unit: string, least: number, most: number, example: number): number {
    const value = this.raw[key] ?? example
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
      return value
    }
    this.report({
      key,
      value,
      wrong: `is not a ${unit}`,
      allowed: `a whole number from ${least} to ${most}`,
      mend: `pulumi config set ${key} ${example}`,
    })
    return example
  }

  /** A list of texts; each entry is checked and reported under its own path. */
  texts(
    key: string,
    example: string,
    allowed: string,
    check: (text: string) => string | undefined,
  ): string[] {
    const value = this.raw[key] ?? []
    if (!Array.isArray(value)) {
      const mend = `pulumi config set --path '${key}[0]' '${example}'`
      this.report({ key, value, wrong: 'is not a list', allowed: `a list of ${allowed}`, mend })
      return []
    }
    const good: string[] = []
    for (const [index, entry] of value.entries()) {
      const wrong = typeof entry === 'string' ? check(entry) : 'is not a text'
      const path = `${key}[${index}]`
      const mend = `pulumi config set --path '${path}' '${example}'`
      if (wrong) this.report({ key: path, value: concealed(entry), wrong, allowed, mend })
      else if (good.includes(entry as string)) {
        this.report({
          key: path,
          value: entry,
          wrong: 'is in the list twice',
          allowed: 'each entry once',
          mend: `pulumi config rm --path '${path}'`,
        })
      } else good.push(entry as string)
    }
    return good
  }

  /** An object of texts; numbers and booleans are taken as their text, as a shell would. */
  dictionary(key: string, secret: boolean): Record<string, string> {
    const value = this.raw[key] ?? {}
    const flag = secret ? ' --secret' : ''
    const mend = `pulumi config set${flag} --path '${key}.NAME' VALUE`
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const shown = secret ? '(hidden)' : value
      this.report({
        key,
        value: shown,
        wrong: 'is not an object',
        allowed: 'names with values',
        mend,
      })
      return {}
    }
    const good: Record<string, string> = {}
    for (const [name, entry] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const path = `${key}.${name}`
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        this.report({
          key: path,
          wrong: 'has a name that an environment variable cannot have',
          allowed: 'letters, digits and _, not beginning with a digit',
          mend: `pulumi config rm --path '${path}'`,
        })
      } else if (['string', 'number', 'boolean'].includes(typeof entry)) {
        good[name] = String(entry)
      } else {
        const shown = secret ? '(hidden)' : entry
        this.report({
          key: path,
          value: shown,
          wrong: 'is not a text',
          allowed: 'a text, a number or a boolean',
          mend: `pulumi config set${flag} --path '${path}' VALUE`,
        })
      }
    }
    return good
  }
}

/** Hides a text that carries a private key or a URL's password: messages end up in logs. */
function concealed(value: unknown): unknown {
  return typeof value === 'string' && /PRIVATE KEY|\/\/[^/]*:[^/]*@/.test(value)
    ? '(hidden)'
    : value
}
