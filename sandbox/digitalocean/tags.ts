/** `/v2/tags`. Only droplets can carry tags here. */
import type { Context } from './context.ts'
import { notFound, unprocessable } from './errors.ts'
import { ensureTag, knownTag } from './membership.ts'
import { baseUrl, bodyOf, objects, page, param, text } from './request.ts'
import type { DropletRow, State } from './state.ts'

/** Letters, digits, colons, dashes and underscores, 255 at most. */
export function checkTagName(name: string): void {
  if (!/^[a-zA-Z0-9_:-]{1,255}$/.test(name)) {
    throw unprocessable(
      'Tag name must be at most 255 characters of letters, numbers, colons, dashes, and underscores',
    )
  }
}

export function tagRoutes({ app, store }: Context): void {
  const { state } = store
  const find = (name: string): string => {
    const tag = knownTag(state, name)
    if (tag === undefined) throw notFound()
    return tag
  }

  app.get('/v2/tags', async (request) =>
    page(request, 'tags', state.tags, (tag) => tagView(state, tag, baseUrl(request))),
  )

  app.post('/v2/tags', async (request, reply) => {
    const name = text(bodyOf(request), 'name') ?? ''
    checkTagName(name)
    const tag = ensureTag(state, name)
    store.changed()
    return reply.code(201).send({ tag: tagView(state, tag, baseUrl(request)) })
  })

  app.get('/v2/tags/:tag_id', async (request) => ({
    tag: tagView(state, find(param(request, 'tag_id')), baseUrl(request)),
  }))

  app.delete('/v2/tags/:tag_id', async (request, reply) => {
    const tag = find(param(request, 'tag_id'))
    const without = (tags: string[]) => tags.filter((each) => each !== tag)
    state.tags = without(state.tags)
    for (const holder of [...state.droplets, ...state.firewalls]) holder.tags = without(holder.tags)
    store.changed()
    return reply.code(204).send()
  })

  app.route({
    method: ['POST', 'DELETE'],
    url: '/v2/tags/:tag_id/resources',
    handler: async (request, reply) => {
      const tag = find(param(request, 'tag_id'))
      const droplets = objects(bodyOf(request), 'resources').map((resource) => {
        const droplet = state.droplets.find(
          (each) => String(each.id) === String(resource.resource_id),
        )
        if (resource.resource_type !== 'droplet' || !droplet) throw notFound()
        return droplet
      })
      for (const droplet of droplets) {
        const others = droplet.tags.filter((each) => each !== tag)
        droplet.tags = request.method === 'POST' ? [...others, tag] : others
      }
      store.changed()
      return reply.code(204).send()
    },
  })
}

function tagView(state: State, tag: string, base: string): Record<string, unknown> {
  const tagged = state.droplets.filter((droplet) => droplet.tags.includes(tag))
  const last = tagged.at(-1)
  const none = { count: 0 }
  const droplets = { count: tagged.length, ...lastTagged(last, base) }
  return {
    name: tag,
    resources: {
      ...droplets,
      droplets,
      images: none,
      volumes: none,
      volume_snapshots: none,
      databases: none,
    },
  }
}

const lastTagged = (droplet: DropletRow | undefined, base: string) =>
  droplet && { last_tagged_uri: `${base}/v2/droplets/${droplet.id}` }
