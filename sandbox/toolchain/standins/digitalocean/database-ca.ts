import type { FunctionHandler } from '../server/types.ts'
import { isUnknown } from '../server/values.ts'
import type { DigitalOcean } from './api.ts'
import { argumentFailures, invoking } from './functions.ts'
import { fetchObject } from './reading.ts'

/** After the provider's source (digitalocean/database/datasource_database_ca.go); its id is made up. */
export const getDatabaseCa: FunctionHandler<DigitalOcean> = async ({ token, args }, { client }) => {
  const { values, failures } = argumentFailures(args, ['clusterId'])
  if (failures.length) return { failures }
  const { clusterId } = values
  if (isUnknown(clusterId)) throw new Error(`invoking ${token}: clusterId is not known`)
  const words = 'Error retrieving database CA certificate'
  const found = await invoking(
    token,
    fetchObject(client, `/v2/databases/${clusterId}/ca`, 'ca'),
    words,
    words,
  )
  const certificate = Buffer.from(String(found.certificate), 'base64').toString()
  return { return: { id: `${clusterId}`, clusterId: clusterId!, certificate } }
}
