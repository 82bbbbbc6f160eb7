/** Roles and their members, as far as names go: `/api/v2/roles`. */
import { newId } from '../ids.ts'
import type { Role, User } from '../state.ts'
import { notFound } from './errors.ts'
import { applyPatch, paged } from './lists.ts'
import type { Call, Route } from './route.ts'
import { findUser } from './users.ts'
import { objectSchema, type Schema, validateBody } from './validation.ts'

const properties: Record<string, Schema> = {
  name: { type: 'string', minLength: 1, maxLength: 50 },
  description: { type: 'string', maxLength: 255 },
}
const createSchema = objectSchema(properties, ['name'])
const updateSchema = objectSchema(properties)
const membersSchema = objectSchema(
  { roles: { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } } },
  ['roles'],
)

function existing({ tenant, params }: Call): Role {
  const role = tenant.state.roles.find(({ id }) => id === params.id)
  if (!role) throw notFound('role')
  return role
}

function member({ tenant, params }: Call): User {
  const user = findUser(tenant.state, params.id)
  if (!user) throw notFound('user')
  return user
}

function setRoles(call: Call, change: (held: Set<string>, role: string) => void) {
  const user = member(call)
  validateBody(call.body, membersSchema)
  const held = new Set(user.roles)
  for (const id of (call.body as { roles: string[] }).roles) {
    if (!call.tenant.state.roles.some((role) => role.id === id)) throw notFound('role')
    change(held, id)
  }
  user.roles = [...held]
  return { status: 204 }
}

export const roleRoutes: Route[] = [
  {
    method: 'GET',
    path: '/roles',
    scopes: ['read:roles'],
    handle({ tenant, query }) {
      const wanted = query.name_filter?.toLowerCase() ?? ''
      const found = tenant.state.roles.filter(({ name }) => name.toLowerCase().includes(wanted))
      return { status: 200, body: paged('roles', found, query) }
    },
  },
  {
    method: 'POST',
    path: '/roles',
    scopes: ['create:roles'],
    handle({ tenant, body }) {
      validateBody(body, createSchema)
      const role = { ...(body as { name: string }), id: newId.role() }
      tenant.state.roles.push(role)
      return { status: 200, body: role }
    },
  },
  {
    method: 'GET',
    path: '/roles/:id',
    scopes: ['read:roles'],
    handle: (call) => ({ status: 200, body: existing(call) }),
  },
  {
    method: 'PATCH',
    path: '/roles/:id',
    scopes: ['update:roles'],
    handle(call) {
      const role = existing(call)
      validateBody(call.body, updateSchema, { nullDeletes: true })
      applyPatch(role as unknown as Record<string, unknown>, call.body as Record<string, unknown>)
      return { status: 200, body: role }
    },
  },
  {
    method: 'DELETE',
    path: '/roles/:id',
    scopes: ['delete:roles'],
    handle(call) {
      const role = existing(call)
      const { state } = call.tenant
      state.roles = state.roles.filter((one) => one !== role)
      for (const user of state.users) user.roles = user.roles?.filter((id) => id !== role.id)
      return { status: 200 }
    },
  },
  {
    method: 'GET',
    path: '/users/:id/roles',
    scopes: ['read:users', 'read:roles', 'read:role_members'],
    handle(call) {
      const held = member(call).roles ?? []
      const roles = call.tenant.state.roles.filter(({ id }) => held.includes(id))
      return { status: 200, body: paged('roles', roles, call.query) }
    },
  },
  {
    method: 'POST',
    path: '/users/:id/roles',
    scopes: ['update:users', 'create:role_members'],
    handle: (call) => setRoles(call, (held, role) => held.add(role)),
  },
  {
    method: 'DELETE',
    path: '/users/:id/roles',
    scopes: ['update:users', 'delete:role_members'],
    handle: (call) => setRoles(call, (held, role) => held.delete(role)),
  },
]
