/**
 * What the conformance programs share: a tenant of its own in a temporary folder, trusted by this
 * process, and a browser as far as a login needs one. They run as programs because the clients are
 * ES modules; each prints one JSON object of observations, which the tests judge.
 */
import dns from 'node:dns'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { type Auth0, type Auth0Options, startAuth0 } from '../../../sandbox/auth0/index.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'

export const MANAGEMENT = { clientId: 'deployment', clientSecret: 'a-secret-of-the-tests' }

export interface Bench {
  dir: string
  tenant: Auth0
  log: string[]
  start(options?: Partial<Auth0Options>): Promise<Auth0>
  end(): Promise<void>
}

/** Node asks the system's resolver, which does not know `.localhost`; browsers need no help. */
function resolveLocalhost(): void {
  const system = dns.lookup as unknown as (...parameters: unknown[]) => void
  const lookup = (name: string, ...rest: unknown[]) =>
    system(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest)
  Object.assign(dns, { lookup })
}

export async function bench(options: Partial<Auth0Options> = {}): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'auth0-test-'))
  const authority = await openAuthority(dir)
  const certificate = await authority.issue({
    names: ['localhost', 'login.sandbox.localhost'],
    ips: ['127.0.0.1'],
  })
  tls.setDefaultCACertificates([authority.rootPem])
  resolveLocalhost()
  const log: string[] = []
  const start = (more: Partial<Auth0Options> = {}) =>
    startAuth0({
      stateFile: join(dir, 'auth0.json'),
      port: 0,
      certificate,
      management: MANAGEMENT,
      log: (line) => log.push(line),
      ...options,
      ...more,
    })
  const made: Bench = {
    dir,
    log,
    tenant: await start(),
    start,
    async end() {
      await made.tenant.close()
      await rm(dir, { recursive: true })
    },
  }
  return made
}

/** Runs each named observation in order; what one throws is what it observed. */
export async function observe(
  observations: Record<string, () => Promise<unknown>>,
): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {}
  for (const [name, look] of Object.entries(observations)) {
    seen[name] = await look().catch((error: Error) => ({ threw: error.stack }))
  }
  return seen
}

/** Keeps cookies by host and path, and follows redirects until one leaves the tenant. */
export class Browser {
  readonly cookies = new Map<string, { value: string; path: string }>()

  async visit(url: string, init: RequestInit = {}): Promise<Response> {
    const { host, pathname } = new URL(url)
    const sent = [...this.cookies]
      .filter(([key, { path }]) => key.startsWith(`${host} `) && pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(' ')[1]}=${value}`)
    const headers = { ...(init.headers as object), cookie: sent.join('; ') }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name, ...value] = pair.split('=')
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      const gone = attributes.some((one) => /expires=Thu, 01 Jan 1970/i.test(one))
      if (gone) this.cookies.delete(`${host} ${name}`)
      else this.cookies.set(`${host} ${name}`, { value: value.join('='), path })
    }
    return response
  }

  /** The last answer, and the URL it came from or that it leads out to. */
  async follow(url: string, init: RequestInit = {}): Promise<{ url: string; response: Response }> {
    const { host } = new URL(url)
    let response = await this.visit(url, init)
    let current = url
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location')
      if (!location) return { url: current, response }
      current = new URL(location, current).href
      if (new URL(current).host !== host) return { url: current, response }
      response = await this.visit(current)
    }
    throw new Error(`too many redirects, last ${current}`)
  }

  /** Fills the form of a login page. */
  submit(
    page: string,
    fields: Record<string, string>,
  ): Promise<{ url: string; response: Response }> {
    return this.follow(page, { method: 'POST', body: new URLSearchParams(fields) })
  }
}

/** The title and the text of the alert, if there is one. */
export async function read(response: Response): Promise<{ title?: string; problem?: string }> {
  const text = await response.text()
  const title = /<title>([^<]*)</.exec(text)?.[1]
  const problem = /role="alert"[^>]*>([\s\S]*?)<\/div>/.exec(text)?.[1]
  const plain = problem
    ?.replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return { ...(title ? { title } : {}), ...(plain ? { problem: plain } : {}) }
}
