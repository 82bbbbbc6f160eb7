import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../ops/cli/preview.ts'
import { fetchPrices, mayHaveToken } from '../../../ops/preview/sizes.ts'

const fixtures = join(__dirname, '..', '..', 'fixtures')
const saved = join(fixtures, 'previews', 'size.json')
const priced = ['--prices', join(fixtures, 'prices.json')]
let folder: string
let out: string
let said: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-preview-'))
  out = join(folder, 'report')
  said = ''
  jest.spyOn(console, 'error').mockImplementation((line) => {
    said += `${line}\n`
  })
  delete process.env.DIGITALOCEAN_TOKEN
})
afterEach(() => {
  jest.restoreAllMocks()
  rmSync(folder, { recursive: true })
})
const ran = async (...args: string[]) => ({
  code: await run([...args, '--out', out]),
  text: () => readFileSync(out, 'utf8'),
})

test.each(['markdown', 'text', 'json'])('a saved preview as %s', async (format) => {
  const { code, text } = await ran('--from', saved, '--format', format, ...priced)
  expect(code).toBe(0)
  expect(text()).toContain('Resizes the droplet')
  if (format === 'json') expect(JSON.parse(text()).cost).toMatchObject({ before: 6, after: 12 })
})

test('a budget that is not kept is exit code 3, with the report all the same', async () => {
  const { code, text } = await ran('--from', saved, '--budget', '10', ...priced)
  expect(code).toBe(3)
  expect(said).toBe('padlock preview: Over the budget of $10.00 a month by $2.00\n')
  expect(text()).toContain('Over the budget')
})

test('a preview that fails is exit code 1', async () => {
  const { code } = await ran('--from', join(fixtures, 'previews', 'bad-size.json'), ...priced)
  expect(code).toBe(1)
})

test.each([
  [[], 'which stack? --stack NAME, or --from FILE'],
  [['--from', 'x', '--format', 'pdf'], '--format is "pdf". Allowed: markdown, json, text'],
  [
    ['--stack', 'dev', '--budget', 'much'],
    '--budget is "much". Allowed: dollars a month, such as 20 or 12.50',
  ],
  [['--colour'], "Unknown option '--colour'"],
])('%j is a wrong command line', async (args, message) => {
  expect(await run(args)).toBe(2)
  expect(said).toContain(message)
})

test('without a token the cost is unknown, and the report is made', async () => {
  const { code, text } = await ran('--from', saved)
  expect(code).toBe(0)
  expect(said).toMatch(/set DIGITALOCEAN_TOKEN, or --prices FILE/)
  expect(text()).toContain('Cost: unknown')
})

test('without an engine the message says what to do', async () => {
  const path = process.env.PATH
  process.env.PATH = folder
  await expect(run(['--stack', 'production'])).rejects.toThrow(
    'there is no pulumi on PATH. Fix: install it (https://www.pulumi.com/docs/install/); for the sandbox: make up, then . .sandbox/env',
  )
  process.env.PATH = path
})

describe('prices of the API', () => {
  let server: Server
  let endpoint: string
  const asked: string[] = []
  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://localhost')
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      const page = Number(url.searchParams.get('page'))
      if (request.headers.authorization !== 'Bearer good') response.statusCode = 401
      const size = { slug: `s-${page}`, price_monthly: page, price_hourly: page / 672 }
      const next = page < 3 ? { pages: { next: `${endpoint}/v2/sizes?page=${page + 1}` } } : {}
      response.end(JSON.stringify({ sizes: [size], links: next }))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('every page is read, with the token in the header alone', async () => {
    const { sizes } = await fetchPrices(endpoint, 'good')
    expect(Object.keys(sizes)).toEqual(['s-1', 's-2', 's-3'])
    expect(asked).toEqual(
      [1, 2, 3].map((page) => `GET /v2/sizes?per_page=200&page=${page} Bearer good`),
    )
  })

  test('a token follows no redirect', async () => {
    const elsewhere = createServer((request, response) => {
      asked.push(`elsewhere ${request.headers.authorization}`)
      response.end('{"sizes":[]}')
    })
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
    const { port } = elsewhere.address() as AddressInfo
    const redirecting = createServer((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/v2/sizes` }).end()
    })
    await new Promise<void>((done) => redirecting.listen(0, '127.0.0.1', done))
    const from = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
    await expect(fetchPrices(from, 'good')).rejects.toThrow(`${from} does not answer: `)
    expect(asked.filter((one) => one.startsWith('elsewhere'))).toEqual([])
    for (const each of [elsewhere, redirecting]) each.closeAllConnections()
    for (const each of [elsewhere, redirecting]) each.close()
  })

  test('a refusal names what to do, and not the token', async () => {
    await expect(fetchPrices(endpoint, 'bad-token')).rejects.toThrow(
      `${endpoint} answers 401 to GET /v2/sizes. Fix: set DIGITALOCEAN_TOKEN to a token that may read`,
    )
  })
})

test.each([
  ['https://api.digitalocean.com', true],
  ['http://127.0.0.1:8470', true],
  ['http://localhost:8470', true],
  ['https://api.digitalocean.com.example.org', false],
  ['https://collector.example.org', false],
  ['http://127.0.0.1.example.org', false],
  ['http://api.digitalocean.com', false],
  ['nonsense', false],
])('a saved preview that names %s gets the token: %s', (endpoint, allowed) => {
  expect(mayHaveToken(endpoint)).toBe(allowed)
})
