import type { ConnectionClientArgs, ConnectionClientState } from '@pulumi/auth0/connectionClient.js'
import { NotFound, type Resource } from '../bridge/resource.ts'
import { isObject } from '../server/values.ts'
import type { Auth0 } from './api.ts'
import { unlessGone } from './api.ts'

export const connectionClient: Resource<Auth0, ConnectionClientArgs, ConnectionClientState> = {
  token: 'auth0:index/connectionClient:ConnectionClient',
  inputs: {
    connectionId: { type: 'string', required: true, replaces: true },
    clientId: { type: 'string', required: true, replaces: true },
  },
  outputs: {
    name: { type: 'string', computed: true },
    strategy: { type: 'string', computed: true },
  },

  async create(api, { connectionId, clientId }) {
    await api.patch(`/connections/${connectionId}/clients`, [
      { client_id: clientId!, status: true },
    ])
    return `${connectionId}::${clientId}`
  },

  async read(api, id) {
    const [connectionId, clientId] = id.split('::')
    if (!connectionId || !clientId) throw new NotFound(`no connection and client in '${id}'`)
    if (!(await isEnabled(api, connectionId, clientId))) throw new NotFound('not enabled')
    const fields = 'fields=strategy%2Cname&include_fields=true'
    const found = await api.get(`/connections/${connectionId}?${fields}`)
    return { connectionId, clientId, name: found.name!, strategy: found.strategy! }
  },

  async delete(api, _id, { connectionId, clientId }) {
    const body = [{ client_id: clientId!, status: false }]
    await unlessGone(api.patch(`/connections/${connectionId}/clients`, body))
  },
}

async function isEnabled(api: Auth0, connection: string, client: string): Promise<boolean> {
  for (let from = ''; ; ) {
    const query = from && `?from=${encodeURIComponent(from)}`
    const page = await api.get(`/connections/${connection}/clients${query}`)
    const clients = Array.isArray(page.clients) ? page.clients.filter(isObject) : []
    if (clients.some((one) => one.client_id === client)) return true
    if (!page.next) return false
    from = String(page.next)
  }
}
