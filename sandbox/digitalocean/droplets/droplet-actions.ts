/** `POST /v2/droplets/:id/actions` and, for all droplets of a tag, `POST /v2/droplets/actions`. */
import { actionView } from '../actions.ts'
import { sizeBySlug } from '../catalogue.ts'
import type { Context } from '../context.ts'
import { ApiError, unprocessable } from '../errors.ts'
import { type Body, bodyOf, flag, param, query, text } from '../request.ts'
import type { ActionRow, DropletRow } from '../state.ts'
import { checkHostname, readBackupPolicy } from './droplet-request.ts'
import { findDroplet } from './droplets.ts'

/** Checks one type of action; what it gives back is kept with the action. */
type Check = (droplet: DropletRow, body: Body) => Record<string, unknown>

const mustBeOn: Check = (droplet) => {
  if (droplet.status !== 'active') throw unprocessable('Droplet is already powered off')
  return {}
}

const CHECKS: Record<string, Check> = {
  power_on: (droplet) => {
    if (droplet.status === 'active') throw unprocessable('Droplet is already powered on')
    return {}
  },
  power_off: mustBeOn,
  // The API is content with a shutdown of what is off already.
  shutdown: () => ({}),
  reboot: mustBeOn,
  power_cycle: mustBeOn,
  resize: (droplet, body) => {
    const size = sizeBySlug(text(body, 'size') ?? '')
    if (!size) throw unprocessable('You specified an invalid size for Droplet resize.')
    if (!size.regions.includes(droplet.region)) {
      throw unprocessable('Size is not available in this region.')
    }
    if (droplet.status !== 'off') throw unprocessable('Droplet must be powered off to resize')
    if (size.slug === droplet.size && size.disk === droplet.disk) {
      throw unprocessable('Droplet is already this size')
    }
    if (size.disk < droplet.disk) {
      throw unprocessable('This size is not available because it has a smaller disk.')
    }
    return { size: size.slug, disk: flag(body, 'disk') }
  },
  rename: (_droplet, body) => {
    const name = text(body, 'name') ?? ''
    checkHostname(name)
    return { name }
  },
  // Also when they are enabled already: the official plugin does so when another change waits.
  enable_backups: (_droplet, body) => ({ backups: readBackupPolicy(body) }),
  // Every droplet has it.
  enable_private_networking: () => ({}),
  change_backup_policy: (droplet, body) => {
    if (!droplet.backups) throw unprocessable('Backups are not enabled on this Droplet')
    return { backups: readBackupPolicy(body) }
  },
  disable_backups: (droplet) => {
    if (!droplet.backups) throw unprocessable('Backups are not enabled on this Droplet')
    return { backups: null }
  },
  enable_ipv6: (droplet) => {
    if (droplet.ipv6Address) throw unprocessable('IPv6 is already enabled on this Droplet')
    return {}
  },
}

/** What the real API has and a machine here cannot do. */
const NOT_SIMULATED = ['change_kernel', 'password_reset', 'rebuild', 'restore', 'snapshot']

export function dropletActionRoutes({ app, store, actions }: Context): void {
  const start = (droplet: DropletRow, body: Body): ActionRow => {
    const type = text(body, 'type') ?? ''
    if (NOT_SIMULATED.includes(type)) {
      throw new ApiError(501, `This sandbox does not simulate the droplet action ${type}`)
    }
    const check = CHECKS[type]
    if (!check) throw unprocessable(`The action type ${JSON.stringify(type)} is not supported`)
    if (actions.pending('droplet', droplet.id) || droplet.deleting) {
      throw unprocessable('Droplet already has a pending event.')
    }
    const params = check(droplet, body)
    const { id: resourceId, region } = droplet
    return actions.start({ type, resourceType: 'droplet', resourceId, region, params })
  }

  app.post('/v2/droplets/:droplet_id/actions', async (request, reply) => {
    const droplet = findDroplet(store, param(request, 'droplet_id'))
    return reply.code(201).send({ action: actionView(start(droplet, bodyOf(request))) })
  })

  app.post('/v2/droplets/actions', async (request, reply) => {
    const tag = query(request, 'tag_name')
    if (!tag) throw unprocessable('tag_name is required to act on Droplets by tag')
    const tagged = store.state.droplets.filter((droplet) => droplet.tags.includes(tag))
    const started = tagged.map((droplet) => start(droplet, bodyOf(request)))
    return reply.code(201).send({ actions: started.map(actionView) })
  })
}
