import { type GitHub, tolerate } from './client.ts'

/** The labels that the workflows know, and what they mean. */
export const LABELS = {
  'preview-env': { color: '1d76db', description: 'has an environment of its own, pr-<number>' },
  keep: { color: 'fbca04', description: 'the environment does not expire' },
  drift: { color: 'd93f0b', description: 'the accounts differ from the stack' },
  'restore-drill': { color: 'd93f0b', description: 'a backup could not be restored' },
} as const

export type LabelName = keyof typeof LABELS

/** Labels an issue or a pull request; makes the label with its colour if the repository has none. */
export async function addLabel(github: GitHub, number: number, name: LabelName): Promise<void> {
  await ensureLabel(github, name)
  await github.rest.issues.addLabels({ ...github.repo, issue_number: number, labels: [name] })
}

/** Takes a label away; one that is not there is fine. */
export async function removeLabel(github: GitHub, number: number, name: LabelName): Promise<void> {
  const call = github.rest.issues.removeLabel({ ...github.repo, issue_number: number, name })
  await tolerate(404, call)
}

/** Makes the repository's label if it has none of that name. */
export async function ensureLabel(github: GitHub, name: LabelName): Promise<void> {
  const call = github.rest.issues.createLabel({ ...github.repo, name, ...LABELS[name] })
  // 422: it is there, with whatever colour its owners gave it.
  await tolerate(422, call)
}
