import type { GitHub } from './client.ts'
import { ensureLabel } from './labels.ts'
import { markOf, withMark } from './marker.ts'
import type { Runner } from './runner.ts'

/** One thing that is wrong with a stack, or no more. */
export interface Trouble {
  /** Of the issue; made at its first use. */
  label: 'drift' | 'restore-drill'
  stack: string
  title: string
  /** Markdown; what is wrong. Undefined where nothing is. */
  report: string | undefined
  /** The comment with which the issue is closed, without a full stop. */
  gone: string
}

export type IssueOutcome = 'opened' | 'updated' | 'unchanged' | 'reopened' | 'closed' | 'none'

/**
 * Keeps one issue about a trouble of a stack: opens it, updates it while the trouble lasts, reopens it
 * when it returns, closes it when it is gone.
 */
export async function keepIssue(
  github: GitHub,
  { label, stack, title, report, gone }: Trouble,
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<IssueOutcome> {
  const key = `${label}:${stack}`
  const [issue, ...extra] = await issuesOf(github, label, key)
  for (const { number } of extra.filter(({ state }) => state === 'open')) {
    await update(github, number, { state: 'closed', state_reason: 'not_planned' })
  }
  if (report === undefined) {
    if (issue?.state !== 'open') return 'none'
    const seen = runner.url ? ` ([seen](${runner.url}))` : ''
    await github.rest.issues.createComment({
      ...github.repo,
      issue_number: issue.number,
      body: `${gone}${seen}.`,
    })
    await update(github, issue.number, { state: 'closed', state_reason: 'completed' })
    return 'closed'
  }
  // No run number: the same trouble must give the same text, so that nobody is told twice.
  const body = withMark({ key, run: 0 }, report)
  if (!issue) {
    await ensureLabel(github, label)
    await github.rest.issues.create({ ...github.repo, title, body, labels: [label] })
    return 'opened'
  }
  if (issue.state === 'open' && issue.body === body && issue.title === title) return 'unchanged'
  await update(github, issue.number, { title, body, state: 'open' })
  return issue.state === 'open' ? 'updated' : 'reopened'
}

/** Ours for that stack: an open one first, then the newest. */
async function issuesOf(github: GitHub, label: string, key: string) {
  const login = await github.login()
  const all = await github.paginate(github.rest.issues.listForRepo, {
    ...github.repo,
    labels: label,
    state: 'all',
    per_page: 100,
  })
  return all
    .filter(({ user }) => user?.login === login)
    .filter(({ body }) => markOf(body)?.key === key)
    .sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.number - a.number)
}

async function update(
  github: GitHub,
  number: number,
  values: {
    state: 'open' | 'closed'
    state_reason?: 'completed' | 'not_planned'
    title?: string
    body?: string
  },
): Promise<void> {
  await github.rest.issues.update({ ...github.repo, issue_number: number, ...values })
}
