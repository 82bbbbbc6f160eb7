import type { FastifyInstance } from 'fastify'
import { allow } from './access.ts'
import { GitHubError, invalid, notFound } from './errors.ts'
import { page } from './paging.ts'
import { addIssue, type Issue, person, type State } from './state.ts'
import { views } from './views.ts'

const REPO = '/repos/:owner/:repo'

/** Issues, and the labels of issues, of pull requests and of the repository. */
export function issueRoutes(app: FastifyInstance, state: State): void {
  const byNumber = (params: unknown): Issue => {
    const number = Number((params as { number: string }).number)
    const found = state.issues.find((issue) => issue.number === number)
    if (!found) throw notFound()
    return found
  }

  app.get(`${REPO}/issues`, (request, reply) => {
    allow(state, request, 'read', 'issues')
    const query = request.query as Record<string, string | undefined>
    const wanted = query.labels?.split(',').filter(Boolean) ?? []
    const found = state.issues
      .filter((issue) =>
        [undefined, 'open'].includes(query.state)
          ? issue.state === 'open'
          : query.state === 'all' || issue.state === query.state,
      )
      .filter((issue) => wanted.every((label) => issue.labels.includes(label)))
      .filter((issue) => query.creator === undefined || issue.user.login === query.creator)
    const newestFirst = [...found].reverse()
    return page(
      request,
      reply,
      (query.direction === 'asc' ? found : newestFirst).map((issue) => views.issue(state, issue)),
    )
  })

  app.post(`${REPO}/issues`, (request, reply) => {
    const { login } = allow(state, request, 'write', 'issues')
    const { title, body, labels } = request.body as {
      title?: string
      body?: string
      labels?: string[]
    }
    if (!title) throw invalid('Issue', 'title', 'missing_field')
    for (const name of labels ?? []) ensureLabel(state, name)
    const user = person(state, login)
    const issue = addIssue(state, { title, body: body ?? null, user, labels: labels ?? [] })
    return reply.code(201).send(views.issue(state, issue))
  })

  app.get(`${REPO}/issues/:number`, (request) => {
    allow(state, request, 'read', 'issues', 'pull-requests')
    return views.issue(state, byNumber(request.params))
  })

  app.patch(`${REPO}/issues/:number`, (request) => {
    allow(state, request, 'write', 'issues')
    const issue = byNumber(request.params)
    const { title, body, state: to, state_reason } = request.body as Partial<Issue>
    if (title !== undefined) issue.title = title
    if (body !== undefined) issue.body = body
    if (to !== undefined && to !== issue.state) {
      issue.state = to
      issue.state_reason = to === 'open' ? 'reopened' : (state_reason ?? 'completed')
      issue.closed_at = to === 'open' ? null : new Date().toISOString()
    }
    issue.updated_at = new Date().toISOString()
    return views.issue(state, issue)
  })

  app.post(`${REPO}/issues/:number/labels`, (request) => {
    allow(state, request, 'write', 'issues', 'pull-requests')
    const issue = byNumber(request.params)
    for (const name of (request.body as { labels: string[] }).labels) {
      ensureLabel(state, name)
      if (!issue.labels.includes(name)) issue.labels.push(name)
    }
    return views.issue(state, issue).labels
  })

  app.delete(`${REPO}/issues/:number/labels/:name`, (request) => {
    allow(state, request, 'write', 'issues', 'pull-requests')
    const issue = byNumber(request.params)
    const { name } = request.params as { name: string }
    if (!issue.labels.includes(name)) throw new GitHubError(404, 'Label does not exist')
    issue.labels = issue.labels.filter((label) => label !== name)
    return views.issue(state, issue).labels
  })

  app.get(`${REPO}/labels`, (request, reply) => {
    allow(state, request, 'read', 'issues', 'pull-requests')
    return page(request, reply, state.labels.map(views.label))
  })

  app.get(`${REPO}/labels/:name`, (request) => {
    allow(state, request, 'read', 'issues', 'pull-requests')
    const { name } = request.params as { name: string }
    const found = state.labels.find((label) => label.name.toLowerCase() === name.toLowerCase())
    if (!found) throw notFound()
    return views.label(found)
  })

  app.post(`${REPO}/labels`, (request, reply) => {
    allow(state, request, 'write', 'issues', 'pull-requests')
    const { name, color, description } = request.body as {
      name: string
      color?: string
      description?: string
    }
    if (state.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) {
      throw invalid('Label', 'name', 'already_exists')
    }
    const label = ensureLabel(state, name, color, description)
    return reply.code(201).send(views.label(label))
  })
}

function ensureLabel(state: State, name: string, color = 'ededed', description?: string) {
  const known = state.labels.find((label) => label.name === name)
  if (known) return known
  const label = { id: state.nextId++, name, color, description: description ?? null }
  state.labels.push(label)
  return label
}
