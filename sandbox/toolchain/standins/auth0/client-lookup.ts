import { multierror } from '../bridge/resource.ts'
import type { FunctionHandler } from '../server/types.ts'
import { isObject, revealAll, type Value } from '../server/values.ts'
import type { Auth0 } from './api.ts'

/**
 * An application by its client id or its name: what it is called, its metadata and, if the token may
 * read it, its secret. By name the real plugin looks through all of them, 100 a page.
 */
export const getClient: FunctionHandler<Auth0> = async ({ token, args }, { client }) => {
  const { clientId: given, name } = revealAll(args)
  try {
    if (!given && !name) throw new Error("One of 'client_id' or 'name' is required")
    const clientId = given ?? (await idOf(client, String(name)))
    const found = await client.get(`/clients/${clientId}`)
    return {
      return: {
        id: clientId,
        clientId,
        name: found.name ?? '',
        description: found.description ?? '',
        appType: found.app_type ?? '',
        clientSecret: found.client_secret ?? '',
        clientMetadata: found.client_metadata ?? {},
      },
    }
  } catch (error) {
    throw new Error(`invoking ${token}: ${multierror(error)}`)
  }
}

async function idOf(client: Auth0, name: string): Promise<Value> {
  for (let page = 0; ; page++) {
    const answer = await client.get(`/clients?include_totals=true&per_page=100&page=${page}`)
    const clients = (Array.isArray(answer.clients) ? answer.clients : []).filter(isObject)
    const found = clients.find((one) => one.name === name)
    if (found) return found.client_id ?? ''
    if (clients.length < 100) throw new Error(`No client found with "name" = "${name}"`)
  }
}
