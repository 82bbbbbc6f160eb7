/**
 * `/v2/spaces/keys` (https://docs.digitalocean.com/reference/api/reference/spaces-keys/). What a key
 * may do is enforced by the object storage, which learns of every change before it is answered.
 */
import { randomBytes } from 'node:crypto'
import type { Grant, Permission, SpacesKey } from '../spaces/grants.ts'
import type { Context } from './context.ts'
import { ApiError, notFound, unprocessable } from './errors.ts'
import { type Body, bodyOf, objects, page, param, text } from './request.ts'
import { timestamp } from './state.ts'

const PERMISSIONS = ['read', 'readwrite', 'fullaccess', '']
/** https://docs.digitalocean.com/products/spaces/details/limits/ */
const MOST_KEYS = 200

export function spacesKeyRoutes({ app, store, spaces }: Context): void {
  const { state } = store
  state.spacesKeys ??= []
  const keys = state.spacesKeys
  const find = (accessKey: string): SpacesKey => {
    const found = keys.find((one) => one.accessKey === accessKey)
    if (!found) throw notFound()
    return found
  }
  const saved = async () => {
    store.changed()
    await spaces.setKeys(keys)
  }
  const nameOf = (body: Body): string => {
    const name = text(body, 'name') ?? ''
    if (name === '') throw unprocessable('name is required')
    return name
  }
  const grantsOf = (body: Body): Grant[] => {
    const grants = objects(body, 'grants').map((one) => ({
      bucket: text(one, 'bucket') ?? '',
      permission: (text(one, 'permission') ?? '') as Permission,
    }))
    for (const { bucket, permission } of grants) {
      if (!PERMISSIONS.includes(permission)) {
        throw unprocessable(`permission must be one of ${PERMISSIONS.filter(Boolean).join(', ')}`)
      }
      if (permission === 'fullaccess') {
        if (bucket !== '') throw unprocessable('bucket must be empty with fullaccess')
      } else if (!spaces.buckets().some(({ name }) => name === bucket)) {
        throw new ApiError(404, `bucket ${bucket || "''"} not found`)
      }
    }
    const given = grants.filter(({ permission }) => permission)
    const full = given.filter(({ permission }) => permission === 'fullaccess')
    if (full.length === 0) return given
    // The reference says both, refused (openapi, spaces/responses/bad_request.yml) and "prioritized".
    if (full.length < given.length) {
      throw new ApiError(400, 'cannot mix fullaccess permission with scoped permissions')
    }
    return full.slice(0, 1)
  }

  app.get('/v2/spaces/keys', async (request) => page(request, 'keys', keys, view))
  app.post('/v2/spaces/keys', async (request, reply) => {
    const body = bodyOf(request)
    const made: SpacesKey = {
      name: nameOf(body),
      accessKey: `DO00${randomBytes(8).toString('hex').toUpperCase()}`,
      secretKey: randomBytes(32).toString('base64').slice(0, 43),
      grants: grantsOf(body),
      createdAt: timestamp(),
    }
    if (keys.length >= MOST_KEYS) throw unprocessable(`the limit is ${MOST_KEYS} keys`)
    keys.push(made)
    await saved()
    return reply.code(201).send({ key: { ...view(made), secret_key: made.secretKey } })
  })
  app.get('/v2/spaces/keys/:access_key', async (request) => ({
    key: view(find(param(request, 'access_key'))),
  }))
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/v2/spaces/keys/:access_key',
    handler: async (request) => {
      const key = find(param(request, 'access_key'))
      const body = bodyOf(request)
      const grants = grantsOf(body)
      const isFull = (all: Grant[]) => all.some(({ permission }) => permission === 'fullaccess')
      // https://docs.digitalocean.com/products/spaces/how-to/manage-access/
      if (isFull(grants) !== isFull(key.grants) && key.grants.length > 0) {
        throw unprocessable('a key with full access cannot be made a limited one, or the reverse')
      }
      Object.assign(key, { name: nameOf(body), grants })
      await saved()
      return { key: view(key) }
    },
  })
  app.delete('/v2/spaces/keys/:access_key', async (request, reply) => {
    keys.splice(keys.indexOf(find(param(request, 'access_key'))), 1)
    await saved()
    return reply.code(204).send()
  })
}

/** The secret is told once, in the answer to its creation. */
const view = ({ name, accessKey, grants, createdAt }: SpacesKey) => ({
  name,
  access_key: accessKey,
  grants,
  created_at: createdAt,
})
