import type { GitHub } from './client.ts'

/** The workflow that updates production; it takes the input `refresh`. */
const WORKFLOW = 'deploy.yml'

/**
 * Starts a deployment that builds the app's image anew. A dispatch is one of the two events that a
 * workflow's own token may start another workflow by
 * (https://docs.github.com/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow).
 * @returns the branch that it runs on
 */
export async function startRefresh(github: GitHub): Promise<string> {
  const { data } = await github.rest.repos.get(github.repo)
  await github.rest.actions.createWorkflowDispatch({
    ...github.repo,
    workflow_id: WORKFLOW,
    ref: data.default_branch,
    inputs: { refresh: 'true' },
  })
  return data.default_branch
}
