import { multierror } from '../bridge/resource.ts'
import type { FunctionHandler } from '../server/types.ts'
import { revealAll } from '../server/values.ts'
import type { Auth0 } from './api.ts'

/** An application by its client id: what it is called and, if the token may read it, its secret. */
export const getClient: FunctionHandler<Auth0> = async ({ token, args }, { client }) => {
  const { clientId } = revealAll(args)
  try {
    if (!clientId) throw new Error("One of 'client_id' or 'name' is required")
    const found = await client.get(`/clients/${clientId}`)
    return {
      return: {
        id: clientId,
        clientId,
        name: found.name ?? '',
        description: found.description ?? '',
        appType: found.app_type ?? '',
        clientSecret: found.client_secret ?? '',
      },
    }
  } catch (error) {
    throw new Error(`invoking ${token}: ${multierror(error)}`)
  }
}
