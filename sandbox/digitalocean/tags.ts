/** `/v2/tags`. Droplets, volumes, their snapshots and database clusters carry tags here. */
import type { Context } from './context.ts'
import { clustersOf } from './databases/find.ts'
import { notFound, unprocessable } from './errors.ts'
import { ensureTag, knownTag } from './membership.ts'
import { baseUrl, bodyOf, objects, page, param, text } from './request.ts'
import type { State } from './state.ts'
import { snapshotsOf, volumesOf } from './volumes/rows.ts'

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
    for (const holder of [...HOLDERS.flatMap(({ rows }) => rows(state)), ...state.firewalls]) {
      holder.tags = without(holder.tags)
    }
    store.changed()
    return reply.code(204).send()
  })

  app.route({
    method: ['POST', 'DELETE'],
    url: '/v2/tags/:tag_id/resources',
    handler: async (request, reply) => {
      const tag = find(param(request, 'tag_id'))
      const holders = objects(bodyOf(request), 'resources').map((resource) => {
        const holder = HOLDERS.find(({ type }) => type === resource.resource_type)
          ?.rows(state)
          .find((each) => String(each.id) === String(resource.resource_id))
        if (!holder) throw notFound()
        return holder
      })
      for (const holder of holders) {
        const others = holder.tags.filter((each) => each !== tag)
        holder.tags = request.method === 'POST' ? [...others, tag] : others
      }
      store.changed()
      return reply.code(204).send()
    },
  })
}

interface Holder {
  id: number | string
  tags: string[]
}

/** What carries tags: the type in requests, the key in answers, and where each one lies. */
const HOLDERS: { type: string; key: string; path: string; rows: (state: State) => Holder[] }[] = [
  { type: 'droplet', key: 'droplets', path: 'droplets', rows: ({ droplets }) => droplets },
  { type: 'volume', key: 'volumes', path: 'volumes', rows: volumesOf },
  { type: 'volume_snapshot', key: 'volume_snapshots', path: 'snapshots', rows: snapshotsOf },
  { type: 'database', key: 'databases', path: 'databases', rows: clustersOf },
]

function tagView(state: State, tag: string, base: string): Record<string, unknown> {
  const kinds = HOLDERS.map(({ key, path, rows }) => {
    const tagged = rows(state).filter(({ tags }) => tags.includes(tag))
    const last = tagged.at(-1)
    const uri = last && { last_tagged_uri: `${base}/v2/${path}/${last.id}` }
    return [key, { count: tagged.length, ...uri }] as const
  })
  const none = { count: 0 }
  const counted = Object.fromEntries(kinds)
  const count = kinds.reduce((total, [, each]) => total + each.count, 0)
  const last = kinds.map(([, each]) => each.last_tagged_uri).find((uri) => uri !== undefined)
  return {
    name: tag,
    resources: {
      count,
      ...(last !== undefined && { last_tagged_uri: last }),
      ...counted,
      images: none,
    },
  }
}
