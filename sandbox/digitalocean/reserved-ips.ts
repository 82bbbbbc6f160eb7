/** `/v2/reserved_ips` and their actions. */
import { actionView } from './actions.ts'
import { takeReservedAddress, toNumber } from './addresses.ts'
import { type Region, regionBySlug } from './catalogue.ts'
import type { Context } from './context.ts'
import { findDroplet } from './droplets/droplets.ts'
import { notFound, unprocessable } from './errors.ts'
import { assign, defaultProject, projectOf, reservedIpUrn, unassign } from './membership.ts'
import { baseUrl, bodyOf, integer, page, param, text } from './request.ts'
import type { ActionRow, DropletRow, ReservedIpRow } from './state.ts'
import { dropletView, regionView } from './views.ts'

export function reservedIpRoutes({ app, store, actions, limits }: Context): void {
  const { state } = store
  const find = (ip: string): ReservedIpRow => {
    const reserved = state.reservedIps.find((each) => each.ip === ip)
    if (!reserved) throw notFound()
    return reserved
  }
  const view = (reserved: ReservedIpRow) => {
    const droplet = state.droplets.find((each) => each.id === reserved.dropletId)
    return {
      ip: reserved.ip,
      region: regionView(regionBySlug(reserved.region) as Region),
      droplet: droplet ? dropletView(state, droplet) : null,
      locked: actions.pending('reserved_ip', toNumber(reserved.ip)),
      project_id: projectOf(state, reservedIpUrn(reserved.ip))?.id ?? '',
    }
  }
  const byNumber = (action: ActionRow) =>
    state.reservedIps.find((each) => toNumber(each.ip) === action.resourceId)

  actions.define('assign_ip', async (action) => () => {
    const reserved = byNumber(action)
    const droplet = state.droplets.find((each) => each.id === action.params.dropletId)
    if (!reserved || !droplet || droplet.deleting) throw new Error('the address or droplet is gone')
    reserved.dropletId = droplet.id
  })
  actions.define('unassign_ip', async (action) => () => {
    const reserved = byNumber(action)
    if (reserved) reserved.dropletId = null
  })

  const checkIdle = (reserved: ReservedIpRow) => {
    if (actions.pending('reserved_ip', toNumber(reserved.ip))) {
      throw unprocessable('The reserved IP already has a pending event.')
    }
  }
  const begin = (type: string, reserved: ReservedIpRow, params: Record<string, unknown>) =>
    actions.start({
      type,
      resourceType: 'reserved_ip',
      resourceId: toNumber(reserved.ip),
      region: reserved.region,
      params,
    })
  const beginAssign = (reserved: ReservedIpRow, droplet: DropletRow): ActionRow => {
    checkIdle(reserved)
    if (droplet.status === 'new' || droplet.deleting || actions.pending('droplet', droplet.id)) {
      throw unprocessable('Droplet already has a pending event.')
    }
    if (droplet.region !== reserved.region) {
      throw unprocessable('The reserved IP and the Droplet must be in the same region.')
    }
    const other = state.reservedIps.find((each) => each.dropletId === droplet.id)
    const coming = state.actions.some(
      (action) =>
        action.type === 'assign_ip' &&
        action.status === 'in-progress' &&
        action.params.dropletId === droplet.id,
    )
    if ((other && other !== reserved) || coming) {
      throw unprocessable('The Droplet already has a reserved IP.')
    }
    return begin('assign_ip', reserved, { dropletId: droplet.id })
  }

  app.get('/v2/reserved_ips', async (request) =>
    page(request, 'reserved_ips', state.reservedIps, view),
  )

  app.post('/v2/reserved_ips', async (request, reply) => {
    const body = bodyOf(request)
    const dropletId = integer(body, 'droplet_id')
    const droplet = dropletId ? findDroplet(store, dropletId) : undefined
    const region = droplet?.region ?? text(body, 'region') ?? ''
    if (!regionBySlug(region)) throw unprocessable('You specified an invalid region.')
    const projectId = text(body, 'project_id')
    const project = projectId
      ? state.projects.find((each) => each.id === projectId)
      : defaultProject(state)
    if (!project) throw unprocessable('project_id does not name a project of this account')
    if (state.reservedIps.length >= limits.reservedIps) {
      throw unprocessable(
        `creating this reserved IP will exceed your reserved IP limit of ${limits.reservedIps}`,
      )
    }
    const reserved: ReservedIpRow = { ip: takeReservedAddress(state), region, dropletId: null }
    const action = droplet && beginAssign(reserved, droplet)
    state.reservedIps.push(reserved)
    assign(state, project, reservedIpUrn(reserved.ip))
    store.changed()
    const base = baseUrl(request)
    const links = {
      droplets: droplet
        ? [{ id: droplet.id, rel: 'droplet', href: `${base}/v2/droplets/${droplet.id}` }]
        : [],
      actions: action
        ? [{ id: action.id, rel: 'assign_ip', href: `${base}/v2/actions/${action.id}` }]
        : [],
    }
    return reply.code(202).send({ reserved_ip: view(reserved), links })
  })

  app.get('/v2/reserved_ips/:reserved_ip', async (request) => ({
    reserved_ip: view(find(param(request, 'reserved_ip'))),
  }))

  app.delete('/v2/reserved_ips/:reserved_ip', async (request, reply) => {
    const reserved = find(param(request, 'reserved_ip'))
    checkIdle(reserved)
    state.reservedIps = state.reservedIps.filter((each) => each !== reserved)
    unassign(state, reservedIpUrn(reserved.ip))
    store.changed()
    return reply.code(204).send()
  })

  const actionsOf = (reserved: ReservedIpRow) =>
    state.actions.filter(
      (action) =>
        action.resourceType === 'reserved_ip' && action.resourceId === toNumber(reserved.ip),
    )

  app.get('/v2/reserved_ips/:reserved_ip/actions', async (request) =>
    page(request, 'actions', actionsOf(find(param(request, 'reserved_ip'))).reverse(), actionView),
  )

  app.get('/v2/reserved_ips/:reserved_ip/actions/:action_id', async (request) => {
    const id = param(request, 'action_id')
    const reserved = find(param(request, 'reserved_ip'))
    const action = actionsOf(reserved).find((each) => String(each.id) === id)
    if (!action) throw notFound()
    return { action: actionView(action) }
  })

  app.post('/v2/reserved_ips/:reserved_ip/actions', async (request, reply) => {
    const reserved = find(param(request, 'reserved_ip'))
    const body = bodyOf(request)
    const type = text(body, 'type')
    if (type === 'assign') {
      const droplet = findDroplet(store, integer(body, 'droplet_id') ?? '')
      return reply.code(201).send({ action: actionView(beginAssign(reserved, droplet)) })
    }
    if (type !== 'unassign') {
      throw unprocessable(`The action type ${JSON.stringify(type ?? '')} is not supported`)
    }
    checkIdle(reserved)
    if (reserved.dropletId === null) {
      throw unprocessable('The reserved IP is not assigned to a Droplet.')
    }
    return reply.code(201).send({ action: actionView(begin('unassign_ip', reserved, {})) })
  })
}
