import type { GitHub } from './client.ts'
import { ensureLabel } from './labels.ts'
import { markOf, withMark } from './marker.ts'
import type { Runner } from './runner.ts'

/** What the accounts say of a stack. */
export interface Drift {
  stack: string
  drifted: boolean
  /** Markdown; what differs. */
  report: string
}

export type DriftOutcome = 'opened' | 'updated' | 'unchanged' | 'reopened' | 'closed' | 'none'

/**
 * Keeps one issue for the drift of a stack: opens it, updates it while the drift lasts, reopens it
 * when it returns, closes it when it is gone.
 */
export async function reportDrift(
  github: GitHub,
  { stack, drifted, report }: Drift,
  runner: Pick<Runner, 'number' | 'url'>,
): Promise<DriftOutcome> {
  const [issue, ...extra] = await driftIssues(github, stack)
  for (const { number } of extra.filter(({ state }) => state === 'open')) {
    await update(github, number, { state: 'closed', state_reason: 'not_planned' })
  }
  if (!drifted) {
    if (issue?.state !== 'open') return 'none'
    const seen = runner.url ? ` ([seen](${runner.url}))` : ''
    await github.rest.issues.createComment({
      ...github.repo,
      issue_number: issue.number,
      body: `The drift of \`${stack}\` is gone${seen}.`,
    })
    await update(github, issue.number, { state: 'closed', state_reason: 'completed' })
    return 'closed'
  }
  const title = `Drift: ${stack} is not what its program says`
  // No run number: the same drift must give the same text, so that nobody is told twice.
  const body = withMark({ key: `drift:${stack}`, run: 0 }, report)
  if (!issue) {
    await ensureLabel(github, 'drift')
    await github.rest.issues.create({ ...github.repo, title, body, labels: ['drift'] })
    return 'opened'
  }
  if (issue.state === 'open' && issue.body === body && issue.title === title) return 'unchanged'
  await update(github, issue.number, { title, body, state: 'open' })
  return issue.state === 'open' ? 'updated' : 'reopened'
}

/** Our issues for that stack: an open one first, then the newest. */
async function driftIssues(github: GitHub, stack: string) {
  const login = await github.login()
  const all = await github.paginate(github.rest.issues.listForRepo, {
    ...github.repo,
    labels: 'drift',
    state: 'all',
    per_page: 100,
  })
  return all
    .filter(({ user }) => user?.login === login)
    .filter(({ body }) => markOf(body)?.key === `drift:${stack}`)
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
