import { setTimeout as sleep } from 'node:timers/promises'

/** Where a domain of an account at DuckDNS is to lead; neither address with `clear`. */
export interface Update {
  /** https URL without its path. */
  api: string
  /** A secret. */
  token: string
  /** The domain without `.duckdns.org`. */
  label: string
  ip?: string
  ipv6?: string
  /** Both addresses go. */
  clear?: boolean
}

/** What a domain leads to after an update. */
export interface Led {
  ip?: string
  ipv6?: string
}

const TIMEOUT_MS = 20_000
/** After a network failure or a 5xx. */
const PAUSES_MS = [1000, 3000]

/**
 * One request of DuckDNS' API, which wants the token in the query (https://www.duckdns.org/spec.jsp).
 * @throws Error without the token in it, nor the URL
 */
export async function update(wanted: Update, pauses = PAUSES_MS): Promise<Led> {
  const { api, token, label, ip, ipv6, clear } = wanted
  const url = new URL('/update', api)
  const query = {
    domains: label,
    token,
    ip,
    ipv6,
    clear: clear ? 'true' : undefined,
    verbose: 'true',
  }
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, value)
  }
  let wrong = ''
  for (const pause of [0, ...pauses]) {
    await sleep(pause)
    const [answer, first, second] = await ask(url)
    if (answer === 'OK') return { ip: first || undefined, ipv6: second || undefined }
    if (answer === 'KO') {
      throw new Error(
        `DuckDNS refused ${label}.duckdns.org: the domain is not in the account of this token, or the token is wrong`,
      )
    }
    wrong = answer
  }
  throw new Error(`DuckDNS did not take ${label}: ${wrong}`)
}

/** The answer's lines: OK, the addresses, what was done; or one that says why there is none. */
async function ask(url: URL): Promise<[answer: string, ...lines: string[]]> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) return [`it answers ${response.status}`]
    const [word = '', ...lines] = (await response.text()).split('\n').map((line) => line.trim())
    return ['OK', 'KO'].includes(word) ? [word, ...lines] : ['it answers neither OK nor KO']
  } catch (error) {
    // Of the error its code alone: a message could hold the URL.
    const { name, cause } = error as Error & { cause?: { code?: string } }
    return [`no answer (${cause?.code ?? name})`]
  }
}
