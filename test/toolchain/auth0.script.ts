/** What a tenant's API said in calls that were recorded without it, told from the plugin's answer. */
import { STATUS_CODES } from 'node:http'
import type { Json } from './messages.ts'
import type { Exchange } from './recorded-api.ts'
import type { Recorded } from './replay.ts'

const METHODS: Record<string, string> = {
  Create: 'POST',
  Read: 'GET',
  Update: 'PATCH',
  Delete: 'DELETE',
}

/** Addresses of the types: where objects are made, and the object itself. */
const ADDRESSES: Record<string, (id: string, inputs: Json) => { all: string; one: string }> = {
  Client: (id) => ({ all: '/api/v2/clients', one: `/api/v2/clients/${id}` }),
  ClientCredentials: (_, { clientId }) => ({
    all: `/api/v2/clients/${clientId}?fields=client_id&include_fields=true`,
    one: `/api/v2/clients/${clientId}`,
  }),
  Connection: (id) => ({ all: '/api/v2/connections', one: `/api/v2/connections/${id}` }),
  ConnectionClient: (_, { connectionId }) => ({
    all: '',
    one: `/api/v2/connections/${connectionId}/clients`,
  }),
}

export function script(line: Recorded): Exchange[] | undefined {
  const { method, error, request, step } = line
  if (line.response && Object.keys(line.response).length) return undefined
  if (method === 'Delete' && !error && !/404|after-hand-delete/.test(step)) return undefined
  const inputs = (request.properties ?? request.news ?? {}) as Json
  const type = String(request.urn).split('::')[2]!.split(':').pop()!
  const id = String(error?.details?.[0]?.id ?? request.id)
  const { all, one } = ADDRESSES[type]!(id, inputs)
  const [, status, message] = /\* (\d+) [^:]*: (.*)\n/.exec(error?.message ?? '') ?? []
  if (!status) return []
  const isMade = Boolean(error?.details)
  const response = { error: STATUS_CODES[Number(status)], message }
  const fail = { step: '', status: Number(status), response }
  if (type === 'ConnectionClient') return [{ ...fail, method: 'PATCH', url: one }]
  if (type === 'ClientCredentials') {
    const found = { step: '', method: 'GET', url: all, status: 200, response: {} }
    return isMade ? [found, { ...fail, method: 'PATCH', url: one }] : []
  }
  if (method === 'Create' && isMade) {
    const response = { client_id: id, id }
    const made = { step: '', method: 'POST', url: all, status: 201, response }
    return [made, ...again({ ...fail, method: 'GET', url: one })]
  }
  return again({ ...fail, method: METHODS[method]!, url: method === 'Create' ? all : one })
}

/** As often as the plugin tries. */
function again(exchange: Exchange): Exchange[] {
  return [1, 2, 3, 4].map(() => ({ ...exchange }))
}

/** The connection that getConnection found, in the tenant's list and by itself. */
export function scriptFunction({ response, request }: Recorded): Exchange[] {
  const found = response?.return as Json | undefined
  const list = '/api/v2/connections?include_totals=true&per_page=50&take=100'
  const get = { step: '', method: 'GET', status: 200 }
  if (!found) return [{ ...get, url: list, response: { connections: [] } }]
  const [options] = found.options as Json[]
  const connection = {
    id: found.id,
    name: found.name,
    strategy: found.strategy,
    is_domain_connection: false,
    realms: found.realms,
    options: {
      client_id: options!.clientId,
      client_secret: options!.clientSecret,
      ...Object.fromEntries((options!.scopes as string[]).map((scope) => [scope, true])),
    },
  }
  const one = `/api/v2/connections/${found.id}`
  const byName = 'name' in (request.args as Json)
  return [
    byName
      ? { ...get, url: list, response: { connections: [connection] } }
      : { ...get, url: one, response: connection },
    { ...get, url: `${one}/clients`, response: { clients: [] } },
  ]
}
