import type { FunctionHandler } from '../server/types.ts'
import { isObject, type Value, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { outputsOf } from './droplet.ts'
import { argumentFailures, invoking } from './functions.ts'

const PER_PAGE = 200

/** Every size of droplets. */
export const getSizes = listOf('sizes', '4512539707559474645', (size) => ({
  slug: size.slug!,
  available: size.available!,
  disk: size.disk!,
  gpuInfos: [],
  memory: size.memory!,
  priceHourly: size.price_hourly!,
  priceMonthly: size.price_monthly!,
  regions: (Array.isArray(size.regions) ? size.regions : []).toSorted(),
  transfer: size.transfer!,
  vcpus: size.vcpus!,
}))

/** Every droplet of the account. */
export const getDroplets = listOf(
  'droplets',
  '11005401716176961681',
  (droplet) => {
    const { dropletUrn, publicNetworking: _, ...outputs } = outputsOf(droplet, {})
    const empty = { gpuPartitionMode: '', ipv6AddressPrivate: '' }
    return { ...outputs, ...empty, id: droplet.id!, urn: dropletUrn! }
  },
  { gpus: false },
)

/**
 * A function that lists things in the API's order; without the real one's filters and sorts.
 * @param hash the real one's hash of arguments that are not there
 */
function listOf(
  kind: string,
  hash: string,
  describe: (thing: Values) => Values,
  more: Values = {},
): FunctionHandler<DigitalOcean> {
  return async ({ token, args }, { client }) => {
    const { failures } = argumentFailures(args, [])
    if (failures.length) return { failures }
    const things = await invoking(
      token,
      attempt(`Error retrieving ${kind}`, list(client, kind)),
      `${kind} not found`,
      `Unable to load digitalocean_${kind}`,
    )
    return { return: { id: `${kind}/${hash}`, [kind]: things.map(describe), ...more } }
  }
}

async function list(api: DigitalOcean, kind: string): Promise<Values[]> {
  const found: Values[] = []
  for (let page = 1; ; page++) {
    const answer = await api.get(`/v2/${kind}?page=${page}&per_page=${PER_PAGE}`)
    const things: Value[] = Array.isArray(answer[kind]) ? answer[kind] : []
    found.push(...things.filter(isObject))
    if (things.length < PER_PAGE) return found
  }
}
