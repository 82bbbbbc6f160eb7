import { RunError } from '@pulumi/pulumi'

/** One mistake in the configuration, said so that its reader can mend it. */
export interface Problem {
  key: string
  /** The bad value as it stands in the configuration, absent for a missing key. */
  value?: unknown
  /** What is wrong, beginning with a verb: `is not a port`. */
  wrong: string
  /** What is allowed, beginning with a noun: `a whole number from 1 to 65535`. */
  allowed: string
  /** The command that mends it. */
  mend: string
}

const LONGEST = 80

/** A value as the message shows it: JSON, cut to 80 characters, never more than one line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** The problem in two lines. */
export function describe(problem: Problem): string {
  const subject =
    problem.value === undefined ? problem.key : `${problem.key} = ${show(problem.value)}`
  return `${subject} ${problem.wrong}. Allowed: ${problem.allowed}.\n    Mend it: ${problem.mend}`
}

/**
 * Everything that is wrong with a stack's configuration, in one error, before anything is created.
 * The engine shows a RunError's message alone, without the program's stack.
 */
export class ConfigurationError extends RunError {
  readonly problems: Problem[]
  constructor(problems: Problem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
    super(
      `The stack's configuration has ${count}; nothing was created or changed.\n${problems
        .map((problem) => `  - ${describe(problem)}`)
        .join('\n')}`,
    )
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}
