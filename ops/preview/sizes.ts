import { OFFICIAL } from '../accounts/place.ts'
import { type Prices, pricesOf, type SizesPage } from '../report/prices.ts'

/** The API's largest page (https://docs.digitalocean.com/reference/api/, Links & Pagination). */
const PER_PAGE = 200
const TIMEOUT_MS = 30_000

/**
 * The prices of `GET /v2/sizes`, all pages.
 * @throws Error that names the endpoint and what it said
 */
export async function fetchPrices(endpoint: string, token: string): Promise<Prices> {
  const pages: SizesPage[] = []
  for (let page = 1; ; page++) {
    const url = new URL(`/v2/sizes?per_page=${PER_PAGE}&page=${page}`, endpoint)
    const found = (await ask(url, token)) as SizesPage & { links?: { pages?: { next?: string } } }
    pages.push(found)
    if (!found.links?.pages?.next) return pricesOf(pages)
  }
}

async function ask(url: URL, token: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    // A token follows no redirect.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: Error) => {
    throw new Error(`${url.origin} does not answer: ${error.message}`)
  })
  if (response.ok) return response.json()
  const fix =
    response.status === 401 ? 'set DIGITALOCEAN_TOKEN to a token that may read' : 'try again'
  throw new Error(`${url.origin} answers ${response.status} to GET ${url.pathname}. Fix: ${fix}`)
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
