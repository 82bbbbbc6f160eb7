import type { FastifyInstance } from 'fastify'
import { allow } from './access.ts'
import { invalid, notFound } from './errors.ts'
import { page } from './paging.ts'
import { addComment, type Comment, person, type State } from './state.ts'
import { views } from './views.ts'

/** Characters that GitHub takes in one comment. */
const BODY_LIMIT = 65_536
const PREFIX = '/repos/:owner/:repo/issues'

/** Comments of issues and pull requests, and reactions to them. */
export function commentRoutes(app: FastifyInstance, state: State): void {
  const byId = (params: unknown): Comment => {
    const id = Number((params as { id: string }).id)
    const found = state.comments.find((comment) => comment.id === id)
    if (!found) throw notFound()
    return found
  }

  app.get(`${PREFIX}/:number/comments`, (request, reply) => {
    allow(state, request, 'read', 'issues', 'pull-requests')
    const number = Number((request.params as { number: string }).number)
    if (!state.issues.some((issue) => issue.number === number)) throw notFound()
    const found = state.comments.filter((comment) => comment.issue === number)
    return page(request, reply, found.map(views.comment))
  })

  app.post(`${PREFIX}/:number/comments`, (request, reply) => {
    const { login } = allow(state, request, 'write', 'issues', 'pull-requests')
    const number = Number((request.params as { number: string }).number)
    if (!state.issues.some((issue) => issue.number === number)) throw notFound()
    const comment = addComment(state, number, person(state, login), bodyOf(request.body))
    return reply.code(201).send(views.comment(comment))
  })

  app.get(`${PREFIX}/comments/:id`, (request) => {
    allow(state, request, 'read', 'issues', 'pull-requests')
    return views.comment(byId(request.params))
  })

  app.patch(`${PREFIX}/comments/:id`, (request) => {
    allow(state, request, 'write', 'issues', 'pull-requests')
    const comment = byId(request.params)
    comment.body = bodyOf(request.body)
    comment.updated_at = new Date().toISOString()
    return views.comment(comment)
  })

  app.delete(`${PREFIX}/comments/:id`, (request, reply) => {
    allow(state, request, 'write', 'issues', 'pull-requests')
    const comment = byId(request.params)
    state.comments.splice(state.comments.indexOf(comment), 1)
    return reply.code(204).send()
  })

  app.post(`${PREFIX}/comments/:id/reactions`, (request, reply) => {
    const { login } = allow(state, request, 'write', 'issues', 'pull-requests')
    const { content } = request.body as { content: string }
    state.reactions.push({ comment: byId(request.params).id, content, by: login })
    return reply.code(201).send({ id: state.nextId++, content })
  })
}

function bodyOf(body: unknown): string {
  const { body: text } = (body ?? {}) as { body?: unknown }
  if (typeof text !== 'string' || text === '') {
    throw invalid('IssueComment', 'body', 'missing_field')
  }
  if (text.length > BODY_LIMIT) {
    const message = `Body is too long (maximum is ${BODY_LIMIT} characters)`
    throw invalid('IssueComment', 'body', 'unprocessable', message)
  }
  return text
}
