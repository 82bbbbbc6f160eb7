/** `/v2/projects`. */
import { randomUUID } from 'node:crypto'
import type { Context } from './context.ts'
import { ApiError, conflict, notFound, unprocessable } from './errors.ts'
import { assign, defaultProject, exists, projectOf, spelled, unmovable } from './membership.ts'
import { type Body, baseUrl, bodyOf, flag, page, param, text, texts } from './request.ts'
import { type ProjectRow, type State, timestamp } from './state.ts'

const ENVIRONMENTS = ['', 'Development', 'Staging', 'Production']
/** The kinds of resource that a project can hold, in the API's own list. */
const URN =
  /^do:(app|database|dbaas|domain|droplet|floatingip|reservedip|kubernetes|loadbalancer|space|volume|vpc):(.+)$/

const view = (state: State, project: ProjectRow) => ({
  id: project.id,
  owner_uuid: state.account.teamUuid,
  owner_id: state.account.ownerId,
  name: project.name,
  description: project.description,
  purpose: project.purpose,
  environment: project.environment,
  is_default: project.isDefault,
  created_at: project.createdAt,
  updated_at: project.updatedAt,
})

export function projectRoutes({ app, store, settleMs }: Context): void {
  const { state } = store
  /** `default` stands for the account's default project. */
  const find = (id: string): ProjectRow => {
    const project =
      id === 'default' ? defaultProject(state) : state.projects.find((each) => each.id === id)
    if (!project) throw notFound()
    return project
  }

  app.get('/v2/projects', async (request) =>
    page(request, 'projects', state.projects, (project) => view(state, project)),
  )

  app.post('/v2/projects', async (request, reply) => {
    const body = bodyOf(request)
    const createdAt = timestamp()
    const project: ProjectRow = {
      id: randomUUID(),
      ...readFields(body, state),
      isDefault: false,
      createdAt,
      updatedAt: createdAt,
      movingUntil: 0,
      resources: [],
    }
    state.projects.push(project)
    store.changed()
    return reply.code(201).send({ project: view(state, project) })
  })

  app.get('/v2/projects/:project_id', async (request) => ({
    project: view(state, find(param(request, 'project_id'))),
  }))

  app.route({
    method: ['PUT', 'PATCH'],
    url: '/v2/projects/:project_id',
    handler: async (request) => {
      const project = find(param(request, 'project_id'))
      const body = bodyOf(request)
      // A PUT replaces everything, a PATCH leaves what it does not name.
      const base = request.method === 'PATCH' ? project : undefined
      const fields = readFields(body, state, base, project)
      Object.assign(project, fields, { updatedAt: timestamp() })
      if (flag(body, 'is_default')) {
        for (const each of state.projects) each.isDefault = each === project
      }
      store.changed()
      return { project: view(state, project) }
    },
  })

  app.delete('/v2/projects/:project_id', async (request, reply) => {
    const project = find(param(request, 'project_id'))
    if (project.isDefault) {
      throw new ApiError(412, 'cannot delete the default project')
    }
    // Resources leave a project in the background; until then it counts as full.
    if (project.resources.length > 0 || Date.now() < project.movingUntil) {
      throw new ApiError(412, 'cannot delete a project with resources')
    }
    state.projects = state.projects.filter((each) => each !== project)
    store.changed()
    return reply.code(204).send()
  })

  app.get('/v2/projects/:project_id/resources', async (request) => {
    const { resources } = find(param(request, 'project_id'))
    return page(request, 'resources', resources, ({ urn, assignedAt }) =>
      resourceView(urn, assignedAt, 'ok', baseUrl(request)),
    )
  })

  app.post('/v2/projects/:project_id/resources', async (request) => {
    const project = find(param(request, 'project_id'))
    const urns = texts(bodyOf(request), 'resources')
    const malformed = urns.find((urn) => !URN.test(urn))
    if (malformed !== undefined) {
      throw unprocessable(`${malformed} is not a resource URN such as do:droplet:13457723`)
    }
    if (unmovable(state, project, urns) !== undefined) {
      throw new ApiError(412, 'Cannot move a Reserved IP with an associated droplet')
    }
    const resources = urns.map((urn) => {
      const outcome = move(urn, project)
      return resourceView(urn, timestamp(), outcome, baseUrl(request))
    })
    store.changed()
    return { resources }
  })

  const move = (urn: string, project: ProjectRow): string => {
    if (!exists(state, urn)) return 'not_found'
    const before = projectOf(state, urn)
    if (before === project) return 'already_assigned'
    if (before) before.movingUntil = Date.now() + settleMs
    assign(state, project, urn)
    return 'assigned'
  }
}

function readFields(
  body: Body,
  state: State,
  base?: ProjectRow,
  self?: ProjectRow,
): Pick<ProjectRow, 'name' | 'description' | 'purpose' | 'environment'> {
  const name = text(body, 'name') ?? base?.name ?? ''
  const purpose = text(body, 'purpose') ?? base?.purpose ?? ''
  const description = text(body, 'description') ?? base?.description ?? ''
  const environment = text(body, 'environment') ?? base?.environment ?? ''
  if (name === '') throw unprocessable('name is required')
  if (name.length > 175) throw unprocessable('name must be at most 175 characters long')
  if (purpose === '') throw unprocessable('purpose is required')
  if (purpose.length > 255) throw unprocessable('purpose must be at most 255 characters long')
  if (description.length > 255) {
    throw unprocessable('description must be at most 255 characters long')
  }
  if (!ENVIRONMENTS.includes(environment)) {
    throw unprocessable('environment must be one of: Development, Staging, Production')
  }
  if (state.projects.some((project) => project.name === name && project !== self)) {
    throw conflict('name is already in use')
  }
  return { name, purpose, description, environment }
}

const PATHS: Record<string, string> = {
  dbaas: 'databases',
  droplet: 'droplets',
  domain: 'domains',
  reservedip: 'reserved_ips',
  floatingip: 'floating_ips',
}

function resourceView(given: string, assignedAt: string, status: string, base: string) {
  const urn = spelled(given)
  const [, kind = '', id = ''] = URN.exec(urn) ?? []
  const self = `${base}/v2/${PATHS[kind] ?? `${kind}s`}/${id}`
  return { urn, assigned_at: assignedAt, links: { self }, status }
}
