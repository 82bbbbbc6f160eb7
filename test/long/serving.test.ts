import { type Answered, type Proxied, startProxy } from '../sandbox/proxy/real-caddy.ts'
import { smallApp } from '../sandbox/proxy/small-app.ts'

jest.setTimeout(300_000)

let proxy: Proxied
let answers: Record<'events' | 'quiet' | 'upload' | 'late', Answered>

/** The site's Caddyfile with the limits that it has on a host; all that takes long goes on at once. */
beforeAll(async () => {
  const settings = { responseSeconds: 60, maxBodyMiB: 10, drainSeconds: 30 }
  proxy = await startProxy(smallApp(), settings, [])
  const slowly = { chunks: Array.from({ length: 75 }, () => Buffer.alloc(40_000)), pause: 1000 }
  const [events, quiet, upload, late] = await Promise.all([
    proxy.ask('/events?pause=1000&count=150'),
    proxy.ask('/events?pause=140000&count=1'),
    proxy.ask('/upload', { method: 'POST' }, slowly),
    proxy.ask('/late?after=75000', { headers: { accept: 'text/html' } }),
  ])
  answers = { events, quiet, upload, late }
})
afterAll(() => proxy?.close())

test('one event a second for 150 s', () => {
  expect(answers.events.text.match(/^data: /gm)).toHaveLength(150)
  expect(answers.events.seconds).toBeGreaterThan(149)
})

test('an event after 140 s of silence', () => {
  expect(answers.quiet.text).toBe('data: 1\n\n')
})

test('an upload of 3 MB at 40 kB a second', () => {
  expect(answers.upload).toMatchObject({ status: 200, text: '3000000' })
  expect(answers.upload.seconds).toBeGreaterThan(74)
})

test('an answer after 75 s is late, and nothing repeats the request', () => {
  expect(answers.late.status).toBe(504)
  expect(answers.late.seconds).toBeLessThan(70)
  expect(answers.late.text).toBe('The application did not begin an answer within 60 seconds.')
})
