import { statedPrices } from '../../policy/stated-prices.ts'
import { DigitalOcean } from '../accounts/digitalocean.ts'
import { OFFICIAL } from '../accounts/place.ts'
import { type Prices, pricesOf, type SizeRow } from '../report/prices.ts'

/**
 * The prices of `GET /v2/sizes`.
 * @throws Error that names the endpoint and what it said
 */
export async function fetchPrices(endpoint: string, token: string): Promise<Prices> {
  return pricesOf(
    await new DigitalOcean(endpoint, token).list<SizeRow>('/sizes', 'sizes'),
    statedPrices(),
  )
}

/**
 * A saved preview may be anybody's, and it names the endpoint: the token goes nowhere but to
 * DigitalOcean and to this computer.
 */
export function mayHaveToken(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false
  const { origin, hostname } = new URL(endpoint)
  return origin === OFFICIAL || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
