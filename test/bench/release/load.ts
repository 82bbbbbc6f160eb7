import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What one program asked, and what became of it. */
export interface Measured {
  /** Such as `GET, HTTP/2, kept`. */
  what: string
  good: number
  /** Lost requests by kind, such as `status 502`; none where all were good. */
  lost: Record<string, number>
  /** Begin (milliseconds since 1970) and duration (milliseconds) of each; absent where not told. */
  samples?: { began: number; took: number }[]
  /** Of all, milliseconds, where there are no samples. */
  percentiles?: { p50: number; p90: number; p99: number; max: number }
}

export interface LoadOptions {
  url: string
  /** Path for POST; none is sent if absent. */
  post?: string
  /** Where the load goes, whatever the name leads to. */
  address: string
  /** Of a session, such as `name=value`. */
  cookie?: string
  /** Requests a second of each of the loads with kept connections. */
  rate: number
  /**
   * Requests a second of each of the loads with a connection for each; absent, 5 over HTTP/2, and over
   * HTTP/1.1 as many as two connections make.
   */
  anew?: number | undefined
  /** An empty folder. */
  folder: string
  /** Is there more to be done? Told how many requests kept connections have made. */
  goesOn(made: number): boolean
}

type Method = 'GET' | 'POST'

/** Connections of each load, at most one for each request of a second. */
const CLIENTS = 4
/** For how long a kept connection lives. */
const KEPT_SECONDS = 20
/** Connections a second that each ask once over HTTP/2. */
const NEW_RATE = 5
const WRK_CONNECTIONS = 2
/** wrk ends when it is told to. */
const FOREVER = '24h'
const BODY = 'x'.repeat(2000)
const run = promisify(execFile)

/**
 * Eight loads at once for as long as there is more to be done: GET and POST of 2,000 bytes, each over
 * HTTP/1.1 and HTTP/2 by kept connections at a steady rate (h2load), and by a connection for each
 * request over HTTP/2 at another (h2load) and over HTTP/1.1, as fast as two of them go (wrk).
 */
export async function load(options: LoadOptions): Promise<Measured[]> {
  writeFileSync(join(options.folder, 'body'), BODY)
  const methods: Method[] = options.post ? ['GET', 'POST'] : ['GET']
  const made = { count: 0 }
  const anews = methods.map((method) => anew(options, method))
  for (const { ended } of anews) ended.catch(() => undefined)
  try {
    const kepts = await Promise.all(
      methods.flatMap((method) => [
        kept(options, method, 'HTTP/1.1', made),
        kept(options, method, 'HTTP/2', made),
        renewed(options, method, made),
      ]),
    )
    for (const { stop } of anews) stop()
    return [...kepts, ...(await Promise.all(anews.map(({ ended }) => ended)))]
  } finally {
    for (const { stop } of anews) stop()
  }
}

const urlFor = ({ url, post = '/' }: LoadOptions, method: Method) =>
  method === 'GET' ? url : new URL(post, url).href

function kept(
  options: LoadOptions,
  method: Method,
  protocol: 'HTTP/1.1' | 'HTTP/2',
  made: { count: number },
): Promise<Measured> {
  const { rate } = options
  const clients = Math.min(CLIENTS, rate)
  return turns({ ...options, method, what: `${method}, ${protocol}, kept` }, made, [
    ...(protocol === 'HTTP/1.1' ? ['--h1'] : ['--max-concurrent-streams', '10']),
    ...['--duration', `${KEPT_SECONDS}`, '--clients', `${clients}`],
    ...['--rps', `${Math.ceil(rate / clients)}`],
  ])
}

/** A connection for each request. */
function renewed(options: LoadOptions, method: Method, made: { count: number }): Promise<Measured> {
  const rate = options.anew ?? NEW_RATE
  const all = `${rate * KEPT_SECONDS}`
  return turns({ ...options, method, what: `${method}, HTTP/2, new` }, made, [
    ...['--requests', all, '--clients', all, '--rate', `${rate}`],
  ])
}

/** h2load again and again, as long as there is more to be done. */
async function turns(
  { what, method, ...options }: LoadOptions & { what: string; method: Method },
  made: { count: number },
  how: string[],
): Promise<Measured> {
  const { address, cookie, folder, goesOn } = options
  const url = urlFor(options, method)
  const log = join(folder, `${what.replace(/\W+/g, '-')}.log`)
  const whole: Measured = { what, good: 0, lost: {}, samples: [] }
  do {
    const { stdout } = await run('h2load', [
      ...how,
      ...(method === 'POST' ? ['--data', join(folder, 'body')] : []),
      ...(cookie ? ['--header', `cookie: ${cookie}`] : []),
      ...['--threads', '1', '--log-file', log],
      ...['--connect-to', `${address}:${new URL(url).port || 443}`, url],
    ])
    const { good, lost, samples } = fromH2load(stdout, readFileSync(log, 'utf8'))
    rmSync(log)
    whole.good += good
    whole.samples?.push(...(samples ?? []))
    for (const [kind, count] of Object.entries(lost)) add(whole.lost, kind, count)
    made.count += good
  } while (goesOn(made.count))
  return whole
}

/** The summary that h2load prints, and its log of requests: begin in µs, status, duration in µs. */
export function fromH2load(said: string, log: string): Omit<Measured, 'what'> {
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(said)?.[1])
  const rows = log
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t').map(Number) as [number, number, number])
  const good = rows.filter(([, status]) => status >= 200 && status < 300)
  const lost: Record<string, number> = {}
  for (const [, status] of rows) {
    if (status < 200 || status >= 300) add(lost, status < 0 ? 'broken off' : `status ${status}`, 1)
  }
  // Of a connection that ends h2load counts what was open and what it will not ask any more.
  add(lost, 'failed', count('failed') - Object.values(lost).reduce((sum, each) => sum + each, 0))
  if (Number.isNaN(count('succeeded'))) throw new Error(`h2load says:\n${said}`)
  return {
    good: good.length,
    lost,
    samples: good.map(([began, , took]) => ({ began: began / 1000, took: took / 1000 })),
  }
}

/** Goes on until it is stopped, and tells then what it has counted. */
function anew(options: LoadOptions, method: Method): { stop(): void; ended: Promise<Measured> } {
  const { address, cookie, folder } = options
  const pause = options.anew === undefined ? 0 : (WRK_CONNECTIONS * 1000) / options.anew
  const script = join(folder, `${method}.lua`)
  writeFileSync(
    script,
    `wrk.method = '${method}'
wrk.headers['Connection'] = 'close'
${cookie ? `wrk.headers['Cookie'] = ${JSON.stringify(cookie)}` : ''}
${method === 'POST' ? `wrk.body = '${BODY}'` : ''}
${pause > 0 ? `function delay() return ${pause} end` : ''}
function wrk.resolve(_, service) wrk.addrs = wrk.lookup('${address}', service) end
`,
  )
  const asked = run('wrk', [
    ...['--connections', `${WRK_CONNECTIONS}`, '--threads', '1'],
    ...['--duration', FOREVER, '--timeout', '30'],
    ...['--latency', '--script', script, urlFor(options, method)],
  ])
  return {
    stop: () => asked.child.kill('SIGINT'),
    ended: asked.then(({ stdout }) => ({ what: `${method}, HTTP/1.1, new`, ...fromWrk(stdout) })),
  }
}

/** The summary that wrk prints. */
export function fromWrk(said: string): Omit<Measured, 'what'> {
  const all = Number(/(\d+) requests in/.exec(said)?.[1])
  if (Number.isNaN(all)) throw new Error(`wrk says:\n${said}`)
  const lost: Record<string, number> = {}
  const [, errors = ''] = /Socket errors: (.*)/.exec(said) ?? []
  for (const part of errors.split(', ').filter(Boolean)) {
    const [kind = '', count] = part.split(' ')
    add(lost, kind, Number(count))
  }
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(said)?.[1] ?? 0)
  add(lost, 'status other than 2xx and 3xx', bad)
  const at = (label: string) => milliseconds(new RegExp(`${label} +([\\d.]+)(us|ms|s|m)\\b`), said)
  return {
    good: all - bad,
    lost,
    percentiles: {
      p50: at('50%'),
      p90: at('90%'),
      p99: at('99%'),
      max: milliseconds(/Latency +\S+ +\S+ +([\d.]+)(us|ms|s|m)/, said),
    },
  }
}

function milliseconds(pattern: RegExp, said: string): number {
  const [, number, unit = ''] = pattern.exec(said) ?? []
  return Number(number) * ({ us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit] ?? Number.NaN)
}

function add(lost: Record<string, number>, kind: string, count: number): void {
  if (count > 0) lost[kind] = (lost[kind] ?? 0) + count
}
