import type { FastifyInstance } from 'fastify'
import { allow } from './access.ts'
import { GitHubError, invalid, notFound } from './errors.ts'
import { page } from './paging.ts'
import { type Issue, person, type State } from './state.ts'
import { views } from './views.ts'

const REPO = '/repos/:owner/:repo'

/** Pull requests, people and their rights, and the start of workflows by hand. */
export function pullRoutes(app: FastifyInstance, state: State): void {
  const pull = (params: unknown): Issue => {
    const number = Number((params as { number: string }).number)
    const found = state.issues.find((issue) => issue.number === number && issue.pull)
    if (!found) throw notFound()
    return found
  }

  app.get(`${REPO}/pulls`, (request, reply) => {
    allow(state, request, 'read', 'pull-requests')
    const query = request.query as Record<string, string | undefined>
    const wanted = query.state ?? 'open'
    const found = state.issues
      .filter((issue) => issue.pull && (wanted === 'all' || issue.state === wanted))
      .reverse()
    return page(
      request,
      reply,
      found.map((issue) => views.pull(state, issue)),
    )
  })

  app.get(`${REPO}/pulls/:number`, (request) => {
    allow(state, request, 'read', 'pull-requests')
    return views.pull(state, pull(request.params))
  })

  app.get(`${REPO}/pulls/:number/files`, (request, reply) => {
    allow(state, request, 'read', 'pull-requests')
    const files = pull(request.params).pull?.files ?? []
    return page(request, reply, files.map(view))
  })

  app.get(`${REPO}/collaborators/:login/permission`, (request) => {
    allow(state, request, 'read')
    const { login } = request.params as { login: string }
    if (!state.people.has(login) && !state.collaborators.has(login)) {
      throw new GitHubError(404, `${login} is not a user`)
    }
    const permission = state.collaborators.get(login) ?? (state.private ? 'none' : 'read')
    return { permission, role_name: permission, user: person(state, login) }
  })

  app.get(REPO, (request) => {
    allow(state, request, 'read')
    return { full_name: `${state.owner}/${state.name}`, default_branch: state.defaultBranch }
  })

  app.post(`${REPO}/actions/workflows/:workflow/dispatches`, (request, reply) => {
    allow(state, request, 'write', 'actions')
    const { workflow } = request.params as { workflow: string }
    const { ref, inputs } = request.body as { ref: string; inputs?: Record<string, string> }
    if (!state.workflows.includes(workflow)) throw notFound()
    if (!ref) throw invalid('WorkflowDispatch', 'ref', 'missing_field')
    if (!state.branches.includes(ref)) throw new GitHubError(422, `No ref found for: ${ref}`)
    state.dispatches.push({ workflow, ref, inputs: inputs ?? {} })
    return reply.code(204).send()
  })
}

/** One changed file, as a list of them has it. */
function view(file: string) {
  const [former = '', name] = file.split(' -> ')
  return name
    ? { filename: name, previous_filename: former, status: 'renamed' }
    : { filename: file, status: 'modified' }
}
