import type { Receipt } from '../environments/receipt.ts'
import type { Swept } from '../environments/sweep.ts'
import { type GitHub, tolerate } from './client.ts'
import { putComment } from './comment.ts'
import { type Environments, pullOf } from './environments.ts'
import { removeLabel } from './labels.ts'
import { text } from './text.ts'

/**
 * Destroys the environments of pull requests that are closed or lost their label, holds those with
 * the label `keep`, lets `env sweep` destroy what is past its time and find orphans, and says so on
 * the pull requests. What another update is at work on is left to the next sweep.
 * @returns what was done about each environment and why; with `dryRun`, what would be
 */
export async function sweep(
  github: GitHub,
  environments: Environments,
  options: { dryRun: boolean; run: number },
): Promise<Swept> {
  const { dryRun, run } = options
  const report: Swept = { decisions: [], receipts: [] }
  const open = await openPulls(github)
  const held: string[] = []
  const busy: string[] = []
  for (const { name, state } of await environments.list()) {
    const number = pullOf(name)
    if (number === undefined) continue
    const labels = open.get(number)
    if (labels?.includes('preview-env')) {
      if (labels.includes('keep')) held.push(name)
      continue
    }
    // Of a number that is no pull request here, another repository may be the owner.
    if (!labels && !(await exists(github, number))) continue
    // `env sweep` says what becomes of it.
    if (state === 'busy') continue
    const receipt = dryRun ? undefined : await environments.down(name, { wait: false })
    if (receipt?.busy) {
      busy.push(name)
      continue
    }
    const reason = labels ? 'the label was taken off' : 'the pull request is closed'
    report.decisions.push({ name, action: 'destroy', reason })
    if (receipt) report.receipts.push(receipt)
  }
  const done = new Set(report.decisions.map(({ name }) => name))
  const swept = await environments.sweep({ held: [...held, ...done], dryRun })
  for (const decision of swept.decisions.filter(({ name }) => !done.has(name))) {
    const waits = decision.action === 'keep' && busy.includes(decision.name)
    report.decisions.push(waits ? { ...decision, reason: 'an update is in progress' } : decision)
  }
  report.receipts.push(...swept.receipts)
  for (const receipt of report.receipts) {
    const decision = report.decisions.find(({ name }) => name === receipt.stack)
    await tell(github, receipt, decision?.reason ?? 'swept', run)
  }
  return report
}

/** Open pull requests and the names of their labels. */
async function openPulls(github: GitHub): Promise<Map<number, string[]>> {
  const pulls = await github.paginate(github.rest.pulls.list, {
    ...github.repo,
    state: 'open',
    per_page: 100,
  })
  return new Map(pulls.map(({ number, labels }) => [number, labels.map(({ name }) => name)]))
}

async function exists(github: GitHub, number: number): Promise<boolean> {
  const call = github.rest.pulls.get({ ...github.repo, pull_number: number })
  return (await tolerate(404, call)) !== undefined
}

async function tell(github: GitHub, receipt: Receipt, why: string, run: number): Promise<void> {
  const number = pullOf(receipt.stack)
  if (number === undefined) return
  const body = text.down(receipt, why)
  // 404: an environment that was made by hand under such a name has no pull request.
  await tolerate(404, putComment(github, number, { key: 'environment', run }, body))
  await removeLabel(github, number, 'preview-env')
}
