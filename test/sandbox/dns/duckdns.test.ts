/** DuckDNS' API as the simulated account answers it, and the program that asks it. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { update } from '../../../components/duckdns/update.ts'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import { type DuckDns, openDuckDns } from '../../../sandbox/duckdns/index.ts'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'

const host = '127.0.0.1'
const token = '01234567-89ab-4cde-8f01-23456789abcd'
const dir = mkdtempSync(join(tmpdir(), 'padlock-duckdns-'))
let authority: Authority
let duck: DuckDns
beforeAll(async () => {
  authority = await openAuthority(dir)
  duck = await openDuckDns({ dir, host, port: 0, authority, token })
})
afterAll(async () => {
  await duck.close()
  rmSync(dir, { recursive: true })
})

const ask = (query: string, path = '/update') =>
  new Promise<string>((resolve, reject) => {
    get(`${duck.api}${path}?${query}`, { ca: authority.rootPem, agent: false }, (response) =>
      text(response).then((body) => resolve(`${response.statusCode} ${body}`), reject),
    ).on('error', reject)
  })
const found = (type: string, name = `${duck.domain}.duckdns.org`) =>
  duck
    .resolve(() => undefined)(name, type)
    ?.map(({ data }) => data)
const own = () => `domains=${duck.domain}&token=${token}`

test.each([
  ['a wrong token', () => `domains=${duck.domain}&token=${token.replace('0', '1')}`],
  ['none', () => `domains=${duck.domain}`],
  ['another’s domain', () => `domains=google&token=${token}`],
  ['one beside its own', () => `domains=${duck.domain},google&token=${token}&ip=192.0.2.1`],
  ['no address', () => `${own()}&ip=300.1.1.1`],
  ['an address of another kind', () => `${own()}&ipv6=192.0.2.1`],
])('%s is refused with KO, and changes nothing', async (_what, query) => {
  const before = found('A')
  expect(await ask(query())).toBe('200 KO')
  expect(found('A')).toEqual(before)
})

test('addresses are set one by one, outlive a restart, and are cleared together', async () => {
  expect(await ask(`${own()}&ip=192.0.2.1`)).toBe('200 OK')
  expect(await ask(`${own()}&ipv6=2001:db8::1`)).toBe('200 OK')
  const again = await openDuckDns({ dir, host, port: 0, authority, token })
  const known = again.resolve(() => undefined)(`www.${duck.domain}.duckdns.org`, 'A')
  await again.close()
  expect(known).toEqual([{ type: 'A', data: '192.0.2.1', ttl: 60 }])
  expect([found('A'), found('AAAA')]).toEqual([['192.0.2.1'], ['2001:db8::1']])
  expect(await ask(`${own()}&clear=true`)).toBe('200 OK')
  expect([found('A'), found('AAAA')]).toEqual([[], []])
  // Without an address the one counts that is asked from.
  expect(await ask(own())).toBe('200 OK')
  expect(found('A')).toEqual([host])
})

/** What `up` runs, with the sandbox's root trusted as there. */
const program = (words: string[], more: Record<string, string> = {}) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const env = {
      ...{ PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: authority.rootPath },
      ...{ DUCKDNS_API: duck.api, DUCKDNS_TOKEN: token, ...more },
    }
    const args = ['components/duckdns/main.ts', ...words]
    execFile(nodeExecutable(), args, { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })

test('the program leads the domain to an address and clears what was there', async () => {
  await ask(`${own()}&ipv6=2001:db8::1`)
  const { code, output } = await program(['set', duck.domain, '--ip', '203.0.113.1', '--anew'])
  expect({ code, output }).toEqual({
    code: 0,
    output: `${duck.domain}.duckdns.org leads to 203.0.113.1\n`,
  })
  expect([found('A'), found('AAAA')]).toEqual([['203.0.113.1'], []])
  expect((await program(['clear', duck.domain])).code).toBe(0)
  expect(found('A')).toEqual([])
})

test('what is there is told where one asks for it', async () => {
  await ask(`${own()}&clear=true`)
  expect(await ask(`${own()}&ipv6=2001:db8::1&verbose=true`)).toBe('200 OK\n\n2001:db8::1\nUPDATED')
  expect(await ask(`${own()}&ip=192.0.2.1&verbose=true`)).toBe(
    '200 OK\n192.0.2.1\n2001:db8::1\nUPDATED',
  )
  expect(await ask(`${own()}&ip=192.0.2.1&verbose=true`)).toMatch(/\nNOCHANGE$/)
})

test('where IPv6 goes and the address is another one by then, that one stays', async () => {
  await ask(`${own()}&clear=true`)
  await ask(`${own()}&ip=203.0.113.2`)
  await ask(`${own()}&ipv6=2001:db8::1`)
  const words = ['drop', duck.domain, '--ipv6', '2001:db8::1', '--ip', '203.0.113.1']
  expect(await program(words)).toEqual({
    code: 0,
    output: `${duck.domain}.duckdns.org leads to 203.0.113.2\n`,
  })
  expect([found('A'), found('AAAA')]).toEqual([['203.0.113.2'], []])
  // Cut short between the two steps: nothing is there any more.
  await ask(`${own()}&clear=true`)
  await program(words)
  expect([found('A'), found('AAAA')]).toEqual([['203.0.113.1'], []])
})

test('a refusal is told without the token', async () => {
  const { code, output } = await program(['set', 'google', '--ip', '203.0.113.1'])
  expect(code).toBe(1)
  expect(output).toContain(
    'DuckDNS refused google.duckdns.org: the domain is not in the account of this token, or the token is wrong',
  )
  expect(output).not.toContain(token)
})

describe('an API that does not answer as it should', () => {
  let server: Server
  let answer: (path: string) => [status: number, body: string, headers?: Record<string, string>]
  let api: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      const [status, body, headers] = answer(request.url ?? '')
      response.writeHead(status, headers).end(body)
    })
    await new Promise<void>((done) => server.listen(0, host, done))
    api = `http://${host}:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())
  const failing = (where = api) =>
    update({ api: where, token, label: 'shop', ip: '192.0.2.1' }, [1]).then(
      () => 'it passes',
      (error: Error) => `${error.message}${error.stack}${String(error.cause)}`,
    )

  test.each<[string, typeof answer]>([
    ['it answers 503', () => [503, '']],
    ['it answers neither OK nor KO', (path) => [200, `<html>${path}</html>`]],
    ['no answer (', (path) => (path === '/x' ? [200, 'OK'] : [302, '', { location: '/x' }])],
  ])('is told as: %s', async (said, given) => {
    answer = given
    const message = await failing()
    expect(message).toContain(`DuckDNS did not take shop: ${said}`)
    expect(message).not.toContain(token)
  })

  test('or that nobody listens', async () => {
    const message = await failing(`http://${host}:1`)
    expect(message).toContain('no answer (')
    expect(message).not.toContain(token)
  })
})
