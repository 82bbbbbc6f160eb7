import { multierror } from '../bridge/resource.ts'
import type { FunctionHandler } from '../server/types.ts'
import { isObject } from '../server/values.ts'
import type { Auth0 } from './api.ts'

/** The tenant's settings, as far as a deployment asks for them. */
export const getTenant: FunctionHandler<Auth0> = async ({ token }, { client }) => {
  try {
    const found = await client.get('/tenants/settings')
    const flags = isObject(found.flags ?? null) ? (found.flags as Record<string, unknown>) : {}
    return {
      return: {
        id: 'tenant',
        friendlyName: found.friendly_name ?? '',
        flags: [{ enableClientConnections: flags.enable_client_connections === true }],
      },
    }
  } catch (error) {
    throw new Error(`invoking ${token}: ${multierror(error)}`)
  }
}
