import type { GitHub } from './client.ts'
import { type IssueOutcome, keepIssue } from './issue.ts'
import type { Runner } from './runner.ts'

/** What the accounts say of a stack. */
export interface Drift {
  stack: string
  drifted: boolean
  /** Markdown; what differs. */
  report: string
}

/** Keeps one issue for the drift of a stack, which is closed when the drift is gone. */
export function reportDrift(
  github: GitHub,
  { stack, drifted, report }: Drift,
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<IssueOutcome> {
  return keepIssue(
    github,
    {
      ...{ label: 'drift', stack, report: drifted ? report : undefined },
      title: `Drift: ${stack} is not what its program says`,
      gone: `The drift of \`${stack}\` is gone`,
    },
    runner,
  )
}
