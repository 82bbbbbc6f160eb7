import { setTimeout as sleep } from 'node:timers/promises'
import { Config } from '@pulumi/pulumi'
import { failDigitalOcean } from './error.ts'

/** The most that the API gives on one page. */
const PER_PAGE = 200
const TIMEOUT_MS = 30_000
/** As often, and at these pauses at least, as the provider asks again after 429 and 5xx. */
const PAUSES_MS = [1000, 2000, 4000, 8000]

/**
 * One GET of the DigitalOcean API, with the provider's own endpoint and token, for what the provider
 * has no function for or only one that lists everything.
 * @param path with its `/v2`
 * @returns undefined where there is no such thing (404), or where the provider's token is not known here
 * @throws RunError for any other refusal
 */
export async function ask<T>(path: string): Promise<T | undefined> {
  const settings = new Config('digitalocean')
  const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN, DIGITALOCEAN_ACCESS_TOKEN } = process.env
  const token = settings.get('token') ?? DIGITALOCEAN_TOKEN ?? DIGITALOCEAN_ACCESS_TOKEN
  if (!token) return undefined
  const endpoint =
    settings.get('apiEndpoint') ?? DIGITALOCEAN_API_URL ?? 'https://api.digitalocean.com'
  const url = `${endpoint.replace(/\/+$/, '')}${path}`
  for (const pause of [...PAUSES_MS, undefined]) {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => failDigitalOcean(error))
    if (response.ok) return (await response.json()) as T
    if (response.status === 404) return undefined
    const passing = response.status === 429 || response.status >= 500
    if (!passing || pause === undefined) {
      const text = await response.text()
      failDigitalOcean(new Error(`GET ${path}: ${response.status} ${text}`))
    }
    const after = Number(response.headers.get('retry-after')) * 1000
    await sleep(Math.max(pause, after || 0))
  }
  return undefined
}

/**
 * Every row of a list, page by page.
 * @param path with its `/v2`
 * @param key the list's name in the answer
 * @returns none where {@link ask} answers nothing
 */
export async function askAll<Row>(path: string, key: string): Promise<Row[]> {
  type Page = Record<string, Row[]> & { links?: { pages?: { next?: string } } }
  const rows: Row[] = []
  const separator = path.includes('?') ? '&' : '?'
  for (let page = 1; ; page++) {
    const answer = await ask<Page>(`${path}${separator}per_page=${PER_PAGE}&page=${page}`)
    rows.push(...(answer?.[key] ?? []))
    if (!answer?.links?.pages?.next) return rows
  }
}
