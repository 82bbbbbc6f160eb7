import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Proxied, startProxy } from './real-caddy.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(120_000)

const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
let proxy: Proxied

/** The limits of silence are 3 to 12 times shorter than on a host: what outlives these outlives those. */
beforeAll(async () => {
  const settings = { responseSeconds: 5, maxBodyMiB: 1, drainSeconds: 30 }
  proxy = await startProxy(smallApp(), settings, [
    ['read_body_idle 30s', 'read_body_idle 10s'],
    ['write_idle 60s', 'write_idle 10s'],
    ['idle 120s', 'idle 10s'],
  ])
})
afterAll(() => proxy?.close())

test('the app gets the headers that its readiness is asked with', async () => {
  const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
  const code = `import json, sys
from types import SimpleNamespace
sys.dont_write_bytecode = True
from padlock_release import readiness
release = SimpleNamespace(host=${JSON.stringify(proxy.name)}, env={'APP_URL': 'https://${proxy.name}'})
print(json.dumps(readiness.headers(release)))`
  const asked = JSON.parse(execFileSync('python3', ['-c', code], { cwd: packages }).toString())
  const names = Object.keys(asked).filter((name) => name !== 'User-Agent')
  expect(names).toHaveLength(5)
  const got = JSON.parse((await proxy.ask('/')).text)
  for (const name of names) expect([name, got[name.toLowerCase()]]).toEqual([name, asked[name]])
})

test('nobody says himself who his certificate makes him, where none is asked for either', async () => {
  const headers = { 'X-Client-Subject': 'CN=alice', 'x-client-other': '1', 'X-Other': '2' }
  const got = JSON.parse((await proxy.ask('/', { headers })).text)
  expect(got).toMatchObject({ 'x-other': '2' })
  expect(Object.keys(got).filter((name) => name.startsWith('x-client'))).toEqual([])
})

test('events with pauses that are longer than any limit of silence arrive, all of them', async () => {
  const { status, text, seconds } = await proxy.ask('/events?pause=11500&count=2')
  expect(status).toBe(200)
  expect(text).toBe('data: 1\n\ndata: 2\n\n')
  expect(seconds).toBeGreaterThan(20)
})

test('a WebSocket that is silent for longer than any limit lives', async () => {
  const request = proxy.request('/?after=12000', {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  })
  const said = await new Promise<string>((resolve, reject) => {
    request.on('error', reject)
    request.on('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)))
    request.on('upgrade', (_response, socket) => {
      socket.on('data', (frame: Buffer) => {
        resolve(frame.subarray(2).toString())
        socket.destroy()
      })
      socket.on('close', () => reject(new Error('closed')))
    })
    request.end()
  })
  expect(said).toBe('hello')
})

test('an upload that is slow and goes on arrives', async () => {
  const chunks = Array.from({ length: 24 }, () => Buffer.alloc(4000, 'x'))
  const answer = await proxy.ask('/upload', { method: 'POST' }, { chunks, pause: 500 })
  expect(answer).toMatchObject({ status: 200, text: '96000' })
  expect(answer.seconds).toBeGreaterThan(10)
})

test('a download that is read slowly arrives, and is longer than any limit of silence', async () => {
  const bytes = 64 * 1024 * 1024
  const began = Date.now()
  const read = await new Promise<number>((resolve, reject) => {
    const request = proxy.request(`/download?bytes=${bytes}`)
    request.on('error', reject)
    request.on('response', (response) => {
      let got = 0
      let told = 0
      response.on('data', (chunk: Buffer) => {
        got += chunk.length
        // A pause of a second after every 4 MiB, far more than the sockets hold.
        if (got - told < bytes / 16) return
        told = got
        response.pause()
        setTimeout(() => response.resume(), 1000)
      })
      response.on('error', reject)
      response.on('end', () => resolve(got))
    })
    request.end()
  })
  expect(read).toBe(bytes)
  expect(Date.now() - began).toBeGreaterThan(12_000)
})

/** Go cancels such a request beside telling of the timeout; where that comes first, Caddy writes 499 itself. */
test('uploads that stop get a 408, or a bare 499', async () => {
  const options = { method: 'POST', headers: { 'content-length': '900000' } }
  const body = { chunks: [Buffer.from('abc')], pause: 0, end: false }
  const asked = Array.from({ length: 40 }, () => proxy.ask('/upload', options, body))
  const answers = new Set(
    (await Promise.all(asked)).map(({ status, text }) => `${status} ${text}`.trim()),
  )
  answers.delete('499')
  expect([...answers]).toEqual(["408 The request's body did not come in time."])
})

test.each(['GET', 'POST'])(
  'an answer to a %s that does not begin in time is a 504',
  async (method) => {
    const answer = await proxy.ask('/late?after=60000', { method, headers: PAGE })
    expect(answer.status).toBe(504)
    expect(answer.text).toBe('The application did not begin an answer within 5 seconds.')
    expect(answer.headers['retry-after']).toBeUndefined()
  },
)

test('an answer that begins in time is the app’s', async () => {
  expect(await proxy.ask('/late?after=100')).toMatchObject({ status: 200, text: 'late' })
})

test('a request that the app breaks off is a 502', async () => {
  const answer = await proxy.ask('/broken', { method: 'POST', headers: PAGE })
  expect(answer).toMatchObject({
    status: 502,
    text: 'The application broke off before it answered.',
  })
})

test('what the app answers goes through, a 503 too', async () => {
  expect(await proxy.ask('/unavailable', { headers: PAGE })).toMatchObject({
    status: 503,
    text: 'the app says so',
  })
})

test('a body of the largest size arrives, a larger one is a 413', async () => {
  const whole = { chunks: [Buffer.alloc(2 ** 20)], pause: 0 }
  const more = { chunks: [Buffer.alloc(2 ** 20 + 1)], pause: 0 }
  expect(await proxy.ask('/upload', { method: 'POST' }, whole)).toMatchObject({
    status: 200,
    text: String(2 ** 20),
  })
  expect((await proxy.ask('/upload', { method: 'POST' }, more)).status).toBe(413)
})

describe('while the app is down', () => {
  beforeAll(() => proxy.stopApp())
  afterAll(() => proxy.startApp())

  test('a person gets a page that tries again', async () => {
    const { status, headers, text } = await proxy.ask('/', { headers: PAGE })
    expect(status).toBe(503)
    expect(headers).toMatchObject({
      'retry-after': '5',
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    })
    expect(text).toContain('<meta http-equiv="refresh" content="5">')
  })

  test.each([
    ['a form', 'POST', PAGE],
    ['a program', 'GET', { accept: 'application/json' }],
    ['a program that says nothing', 'GET', {}],
  ])('%s gets a 503 and nothing that repeats it', async (_what, method, headers) => {
    const answer = await proxy.ask('/', { method, headers })
    expect(answer).toMatchObject({ status: 503, text: 'The application is not up right now.' })
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
    expect(answer.headers['retry-after']).toBe('5')
  })

  test('a request that comes a moment early waits for the app', async () => {
    const early = proxy.ask('/late?after=0', { method: 'POST' })
    setTimeout(() => proxy.startApp(), 100)
    expect(await early).toMatchObject({ status: 200, text: 'late' })
    await proxy.stopApp()
  })
})
