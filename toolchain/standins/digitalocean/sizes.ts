import { createHash } from 'node:crypto'
import type { FunctionHandler } from '../server/types.ts'
import { isObject, type Values } from '../server/values.ts'
import { attempt, type DigitalOcean } from './api.ts'
import { argumentFailures, invoking } from './functions.ts'

const PER_PAGE = 200

/** Every size of droplets, in the API's order; without the real function's filters and sorts. */
export const getSizes: FunctionHandler<DigitalOcean> = async ({ token, args }, { client }) => {
  const { failures } = argumentFailures(args, [])
  if (failures.length) return { failures }
  const sizes = await invoking(
    token,
    attempt('Error retrieving sizes', listSizes(client)),
    'sizes not found',
    'Unable to load digitalocean_sizes',
  )
  // The real id is a hash of the arguments, of which there are none here.
  const id = `sizes/${BigInt(`0x${createHash('sha256').update(token).digest('hex').slice(0, 15)}`)}`
  return { return: { id, sizes } }
}

async function listSizes(api: DigitalOcean): Promise<Values[]> {
  const found: Values[] = []
  for (let page = 1; ; page++) {
    const answer = await api.get(`/v2/sizes?page=${page}&per_page=${PER_PAGE}`)
    const sizes = Array.isArray(answer.sizes) ? answer.sizes.filter(isObject) : []
    found.push(...sizes.map(describe))
    if (sizes.length < PER_PAGE) return found
  }
}

function describe(size: Values): Values {
  return {
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
  }
}
