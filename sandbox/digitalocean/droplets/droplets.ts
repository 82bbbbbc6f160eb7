/** `/v2/droplets`, all but actions. */
import { actionView } from '../actions.ts'
import { takeIpv6Address, takePrivateAddress, takePublicAddress } from '../addresses.ts'
import type { Context } from '../context.ts'
import { notFound, unprocessable } from '../errors.ts'
import { covers, firewallView } from '../firewalls.ts'
import { assign, defaultProject, dropletUrn, ensureTag } from '../membership.ts'
import { baseUrl, bodyOf, page, param, query } from '../request.ts'
import { type ActionRow, type DropletRow, type Store, timestamp } from '../state.ts'
import { checkTagName } from '../tags.ts'
import { dropletView, nextBackupWindow } from '../views.ts'
import { defaultVpc } from '../vpcs.ts'
import { type DropletRequest, readDropletRequest } from './droplet-request.ts'
import type { MachineJobs } from './machine-jobs.ts'

/**
 * The droplet with this id. If its creation failed, the first to ask is refused with the reason,
 * and from then on it does not exist. (The official plugin takes a 404 for a droplet that is
 * still to come and asks again for ten minutes; any other refusal it reports at once.)
 */
export function findDroplet(store: Store, id: string | number): DropletRow {
  const failure = store.state.failures[String(id)]
  if (failure && !failure.told) {
    failure.told = true
    store.changed()
    throw unprocessable(failure.reason)
  }
  const droplet = store.state.droplets.find((each) => String(each.id) === String(id))
  if (failure || !droplet) throw notFound()
  return droplet
}

export function dropletRoutes(context: Context, jobs: MachineJobs): void {
  const { app, store, actions, limits, log } = context
  const { state } = store

  app.get('/v2/droplets', async (request) => {
    const [tag, name, type] = ['tag_name', 'name', 'type'].map((key) => query(request, key))
    const shown = state.droplets.filter(
      (droplet) =>
        !state.failures[droplet.id] &&
        (!tag || droplet.tags.some((each) => each.toLowerCase() === tag.toLowerCase())) &&
        (!name || droplet.name.toLowerCase() === name.toLowerCase()) &&
        type !== 'gpus',
    )
    return page(request, 'droplets', shown, (droplet) => dropletView(state, droplet))
  })

  app.post('/v2/droplets', async (request, reply) => {
    const body = bodyOf(request)
    const wanted = readDropletRequest(body, store)
    wanted.tags.forEach(checkTagName)
    const living = state.droplets.filter((droplet) => !droplet.deleting)
    if (living.length + wanted.names.length > limits.droplets) {
      throw unprocessable('creating this/these droplet(s) will exceed your droplet limit')
    }
    const made = wanted.names.map((name) => {
      const droplet = addDroplet(store, name, wanted)
      log(
        `droplet ${droplet.id} (${droplet.name}) is being created: ${droplet.size}, ${droplet.image}`,
      )
      const action = actions.start({
        type: 'create',
        resourceType: 'droplet',
        resourceId: droplet.id,
        region: droplet.region,
        params: {},
      })
      return { droplet, action }
    })
    const rel = body.names === undefined ? 'create' : 'multiple_create'
    const links = { actions: made.map(({ action }) => link(baseUrl(request), action, rel)) }
    const views = made.map(({ droplet }) => dropletView(state, droplet))
    const answer =
      body.names === undefined ? { droplet: views[0], links } : { droplets: views, links }
    return reply.code(202).send(answer)
  })

  app.delete('/v2/droplets', async (request, reply) => {
    const tag = query(request, 'tag_name')
    if (!tag) throw unprocessable('tag_name is required to delete Droplets by tag')
    for (const droplet of state.droplets) {
      if (droplet.tags.includes(tag) && !droplet.deleting) jobs.remove(droplet)
    }
    return reply.code(204).send()
  })

  app.get('/v2/droplets/:droplet_id', async (request) => ({
    droplet: dropletView(state, findDroplet(store, param(request, 'droplet_id'))),
  }))

  app.delete('/v2/droplets/:droplet_id', async (request, reply) => {
    const id = param(request, 'droplet_id')
    // Deleting what never came to be succeeds, so that a client can tidy up after a failed create.
    if (state.failures[id]) {
      delete state.failures[id]
      const left = state.droplets.find((each) => String(each.id) === id)
      if (left) jobs.remove(left)
      store.changed()
      return reply.code(204).send()
    }
    const droplet = findDroplet(store, id)
    log(`droplet ${droplet.id} (${droplet.name}) is being deleted`)
    jobs.remove(droplet)
    return reply.code(204).send()
  })

  app.get('/v2/droplets/:droplet_id/firewalls', async (request) => {
    const droplet = findDroplet(store, param(request, 'droplet_id'))
    const covering = state.firewalls.filter((firewall) => covers(firewall, droplet))
    return page(request, 'firewalls', covering, (firewall) => firewallView(state, firewall))
  })

  for (const list of ['kernels', 'snapshots', 'backups']) {
    app.get(`/v2/droplets/:droplet_id/${list}`, async (request) => {
      findDroplet(store, param(request, 'droplet_id'))
      return page(request, list, [])
    })
  }

  app.get('/v2/droplets/:droplet_id/neighbors', async (request) => {
    findDroplet(store, param(request, 'droplet_id'))
    return { droplets: [] }
  })

  const policy = (droplet: DropletRow) => ({
    droplet_id: droplet.id,
    backup_enabled: droplet.backups !== null,
    ...(droplet.backups && {
      backup_policy: { ...droplet.backups, window_length_hours: 4, retention_period_days: 28 },
      next_backup_window: nextBackupWindow(droplet),
    }),
  })
  app.get('/v2/droplets/:droplet_id/backups/policy', async (request) => ({
    policy: policy(findDroplet(store, param(request, 'droplet_id'))),
  }))
  app.get('/v2/droplets/backups/policies', async (request) => {
    const rows = state.droplets.filter((droplet) => !droplet.deleting)
    const { policies, ...rest } = page(request, 'policies', rows, policy)
    const byId = (policies as { droplet_id: number }[]).map((each) => [each.droplet_id, each])
    return { policies: Object.fromEntries(byId), ...rest }
  })
  app.get('/v2/droplets/backups/supported_policies', async () => ({
    supported_policies: [
      supported('weekly', 28, ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']),
      supported('daily', 7, []),
    ],
  }))

  app.get('/v2/droplets/:droplet_id/actions', async (request) => {
    const id = Number(param(request, 'droplet_id'))
    const known = state.actions.filter(
      (action) => action.resourceType === 'droplet' && action.resourceId === id,
    )
    // The actions of a failed creation stay readable.
    if (!state.failures[id]) findDroplet(store, id)
    return page(request, 'actions', known.reverse(), actionView)
  })

  app.get('/v2/droplets/:droplet_id/actions/:action_id', async (request) => {
    const [droplet, id] = [param(request, 'droplet_id'), param(request, 'action_id')]
    const action = state.actions.find(
      (each) => String(each.id) === id && String(each.resourceId) === droplet,
    )
    if (!action) throw notFound()
    return { action: actionView(action) }
  })
}

const supported = (name: string, retention: number, days: string[]) => ({
  name,
  possible_window_starts: [0, 4, 8, 12, 16, 20],
  window_length_hours: 4,
  retention_period_days: retention,
  possible_days: days,
})

const link = (base: string, action: ActionRow, rel: string) => ({
  id: action.id,
  rel,
  href: `${base}/v2/actions/${action.id}`,
})

function addDroplet(store: Store, name: string, wanted: DropletRequest): DropletRow {
  const { state } = store
  const vpc = wanted.vpc ?? defaultVpc(store, wanted.region)
  const droplet: DropletRow = {
    id: store.takeId(),
    name,
    region: wanted.region,
    size: wanted.size.slug,
    image: wanted.image.slug ?? String(wanted.image.id),
    disk: wanted.size.disk,
    status: 'new',
    createdAt: timestamp(),
    backups: wanted.backups,
    monitoring: wanted.monitoring,
    agent: wanted.agent,
    publicNetworking: wanted.publicNetworking,
    publicAddress: takePublicAddress(state),
    ...takePrivateAddress(state, vpc),
    ipv6Address: wanted.ipv6 ? takeIpv6Address(state, wanted.region) : null,
    vpcId: vpc.id,
    tags: [...new Set(wanted.tags.map((tag) => ensureTag(state, tag)))],
    publicKeys: wanted.publicKeys,
    ...(wanted.userData !== undefined && { userData: wanted.userData }),
  }
  state.droplets.push(droplet)
  assign(state, defaultProject(state), dropletUrn(droplet.id))
  return droplet
}
