/** `/v2/firewalls`. */
import { randomUUID } from 'node:crypto'
import type { Context } from './context.ts'
import { conflict, notFound, unprocessable } from './errors.ts'
import { checkWhole, readFirewall, readRules, readTags } from './firewall-request.ts'
import { type Body, bodyOf, integers, page, param } from './request.ts'
import { type DropletRow, type FirewallRow, type RuleRow, type State, timestamp } from './state.ts'

/** Is the droplet behind this firewall, by its id or by one of its tags? */
export const covers = (firewall: FirewallRow, droplet: DropletRow): boolean =>
  firewall.dropletIds.includes(droplet.id) ||
  droplet.tags.some((tag) => firewall.tags.includes(tag))

export function firewallView(state: State, firewall: FirewallRow): Record<string, unknown> {
  const settled = Date.now() >= firewall.settlesAt
  const waiting = settled ? [] : state.droplets.filter((droplet) => covers(firewall, droplet))
  const rules = (rows: RuleRow[], side: string) =>
    rows.map(({ protocol, ports, peers }) => ({ protocol, ports, [side]: peers }))
  return {
    id: firewall.id,
    name: firewall.name,
    status: waiting.length > 0 ? 'waiting' : 'succeeded',
    inbound_rules: rules(firewall.inbound, 'sources'),
    outbound_rules: rules(firewall.outbound, 'destinations'),
    created_at: firewall.createdAt,
    droplet_ids: firewall.dropletIds,
    tags: firewall.tags,
    pending_changes: waiting.map((droplet) => ({
      droplet_id: droplet.id,
      removing: false,
      status: 'waiting',
    })),
  }
}

export function firewallRoutes({ app, store, settleMs }: Context): void {
  const { state } = store
  const find = (id: string): FirewallRow => {
    const firewall = state.firewalls.find((each) => each.id === id)
    if (!firewall) throw notFound()
    return firewall
  }
  const view = (firewall: FirewallRow) => firewallView(state, firewall)
  const checkName = (name: string, self?: FirewallRow) => {
    if (state.firewalls.some((each) => each.name === name && each !== self)) {
      throw conflict('duplicate name')
    }
  }

  app.get('/v2/firewalls', async (request) => page(request, 'firewalls', state.firewalls, view))

  app.post('/v2/firewalls', async (request, reply) => {
    const wanted = readFirewall(bodyOf(request), state)
    checkName(wanted.name)
    const firewall: FirewallRow = {
      id: randomUUID(),
      createdAt: timestamp(),
      settlesAt: Date.now() + settleMs,
      ...wanted,
    }
    state.firewalls.push(firewall)
    store.changed()
    return reply.code(202).send({ firewall: view(firewall) })
  })

  app.get('/v2/firewalls/:firewall_id', async (request) => ({
    firewall: view(find(param(request, 'firewall_id'))),
  }))

  app.put('/v2/firewalls/:firewall_id', async (request) => {
    const firewall = find(param(request, 'firewall_id'))
    const wanted = readFirewall(bodyOf(request), state)
    checkName(wanted.name, firewall)
    Object.assign(firewall, wanted, { settlesAt: Date.now() + settleMs })
    store.changed()
    return { firewall: view(firewall) }
  })

  app.delete('/v2/firewalls/:firewall_id', async (request, reply) => {
    const firewall = find(param(request, 'firewall_id'))
    state.firewalls = state.firewalls.filter((each) => each !== firewall)
    store.changed()
    return reply.code(204).send()
  })

  /** Adds to or removes from one part of a firewall. */
  const part = (
    name: string,
    change: (firewall: FirewallRow, body: Body, adding: boolean) => Partial<FirewallRow>,
  ) => {
    app.route({
      method: ['POST', 'DELETE'],
      url: `/v2/firewalls/:firewall_id/${name}`,
      handler: async (request, reply) => {
        const firewall = find(param(request, 'firewall_id'))
        const changed = change(firewall, bodyOf(request), request.method === 'POST')
        checkWhole({ ...firewall, ...changed }, state)
        Object.assign(firewall, changed, { settlesAt: Date.now() + settleMs })
        store.changed()
        return reply.code(204).send()
      },
    })
  }

  part('droplets', (firewall, body, adding) => {
    const ids = integers(body, 'droplet_ids')
    if (ids.length === 0) throw unprocessable('droplet_ids must not be empty')
    const kept = firewall.dropletIds.filter((id) => !ids.includes(id))
    return { dropletIds: adding ? [...kept, ...ids] : kept }
  })

  part('tags', (firewall, body, adding) => {
    const tags = readTags(body, 'tags', state)
    if (tags.length === 0) throw unprocessable('tags must not be empty')
    const kept = firewall.tags.filter((tag) => !tags.includes(tag))
    return { tags: adding ? [...kept, ...tags] : kept }
  })

  part('rules', (firewall, body, adding) => {
    const given = readRules(body, state)
    const merge = (rows: RuleRow[], change: RuleRow[]) => {
      const texts = change.map((rule) => JSON.stringify(rule))
      const kept = rows.filter((rule) => !texts.includes(JSON.stringify(rule)))
      return adding ? [...rows, ...change] : kept
    }
    return {
      inbound: merge(firewall.inbound, given.inbound),
      outbound: merge(firewall.outbound, given.outbound),
    }
  })
}
