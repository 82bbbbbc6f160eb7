import { Agent, fetch, RetryAgent } from 'undici'

/** The most that the API gives on one page (https://docs.digitalocean.com/reference/api/). */
const PER_PAGE = 200
/** Of one answer, until its headers and between two of its parts. */
const TIMEOUT_MS = 30_000
/** The burst limit is 250 requests a minute: one wait of a minute always helps. */
const LONGEST_WAIT_MS = 65_000

/**
 * The DigitalOcean API as far as reading and tidying an account, a way in to a host, and looking up
 * prices need it. Answers 429 and 5xx are asked again, after the time that `retry-after` names.
 */
export class DigitalOcean {
  /** Requests made, those asked again too. */
  calls = 0
  readonly #base: string
  readonly #token: string
  readonly #counting = new Agent({
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  }).compose((dispatch) => (options, handler) => {
    this.calls++
    return dispatch(options, handler)
  })
  readonly #dispatcher = new RetryAgent(this.#counting, {
    maxRetries: 5,
    maxTimeout: LONGEST_WAIT_MS,
    methods: ['GET', 'DELETE'],
  })

  /** @param endpoint base URL without `/v2`, as `digitalocean:apiEndpoint` has it */
  constructor(endpoint: string, token: string) {
    this.#base = `${endpoint.replace(/\/$/, '')}/v2`
    this.#token = token
  }

  /**
   * Every row of a list, page by page.
   * @param path such as `/droplets`
   * @param key the list's name in the answer, such as `droplets`
   * @returns none where the list itself is not there (404)
   */
  async list<Row>(path: string, key: string): Promise<Row[]> {
    const rows: Row[] = []
    const separator = path.includes('?') ? '&' : '?'
    for (let page = 1; ; page++) {
      const { status, body } = await this.#ask(
        'GET',
        `${path}${separator}per_page=${PER_PAGE}&page=${page}`,
      )
      if (status === 404) return rows
      const answer = body as Record<string, Row[]> & { links?: { pages?: { next?: string } } }
      rows.push(...(answer[key] ?? []))
      if (!answer.links?.pages?.next) return rows
    }
  }

  /** One thing; undefined where it is not there. */
  async find<Found>(path: string): Promise<Found | undefined> {
    const { status, body } = await this.#ask('GET', path)
    return status === 404 ? undefined : (body as Found)
  }

  /** Changes something; asked once, as the answer may have been lost alone. */
  async change(path: string, body: object): Promise<void> {
    const { status } = await this.#ask('PUT', path, body)
    if (status === 404) throw new Error(`${this.#base}${path} is not there`)
  }

  /**
   * Makes something; asked once, as a second one could come of a second request.
   * @returns the answer
   */
  async create(path: string, body: object): Promise<unknown> {
    const { status, body: answer } = await this.#ask('POST', path, body)
    if (status === 404) throw new Error(`${this.#base}${path} is not there`)
    return answer
  }

  /** @returns false if there was nothing to remove any more */
  async remove(path: string): Promise<boolean> {
    return (await this.#ask('DELETE', path)).status !== 404
  }

  async #ask(
    method: string,
    path: string,
    sent?: object,
  ): Promise<{ status: number; body: unknown }> {
    const { href, origin, pathname } = new URL(`${this.#base}${path}`)
    const response = await fetch(href, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(sent && { 'content-type': 'application/json' }),
      },
      body: sent && JSON.stringify(sent),
      // A token follows no redirect.
      redirect: 'error',
      dispatcher: this.#dispatcher,
    }).catch((error: Error & { cause?: Error }) => {
      throw new Error(`${origin} does not answer: ${error.cause?.message || error.message}`)
    })
    const { ok, status } = response
    const text = await response.text()
    if (ok || status === 404) return { status, body: text === '' ? undefined : parse(text) }
    const said = `${origin} answers ${status} to ${method} ${pathname}`
    if (status !== 401 && status !== 403) throw new Error(`${said}: ${text}`)
    const right = method === 'GET' ? 'read' : 'write'
    throw new Error(`${said}. Fix: set DIGITALOCEAN_TOKEN to a token that may ${right}`)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
