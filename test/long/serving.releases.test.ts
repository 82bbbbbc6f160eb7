import http2 from 'node:http2'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'
import { type Loopback, loopback } from '../bench/release/loopback.ts'
import { measureReleases } from '../bench/release/measure.ts'
import { sums, table } from '../bench/release/table.ts'

jest.setTimeout(900_000)

/** Of a request that begins before the release does; it may last 30 s after the swap. */
const LONGEST_MS = 29_000
let target: Loopback
/** Its app ends at once when it is told to, so nothing but the host's patience helps who waits. */
let abrupt: Loopback

beforeAll(async () => {
  await ensurePrerequisites(['wrk', 'h2load'], console.log)
  target = await loopback()
  abrupt = await loopback(1, 'abrupt')
})
afterAll(() => Promise.all([target?.close(), abrupt?.close()]))

interface Answer {
  status: number
  release: string
}
type Ask = (path: string, slowly?: Buffer[]) => Promise<Answer>

/** A POST where there are chunks, with a second before each. */
async function send(to: NodeJS.WritableStream, slowly: Buffer[] = []): Promise<void> {
  for (const chunk of slowly) {
    await sleep(1000)
    to.write(chunk)
  }
  to.end()
}

const first: Ask = (path, slowly) =>
  new Promise((done, fail) => {
    const { hostname: servername, port, host } = new URL(abrupt.url)
    const method = slowly ? 'POST' : 'GET'
    const where = { host: '127.0.0.1', servername, port, ca: abrupt.root, agent: false as const }
    const request = https.request({ ...where, path, method, headers: { host } }, (response) => {
      response.resume()
      const { statusCode: status = 0, headers } = response
      done({ status, release: String(headers['x-release']) })
    })
    request.on('error', fail)
    send(request, slowly).catch(fail)
  })

const second: Ask = (path, slowly) =>
  new Promise((done, fail) => {
    const { hostname: servername, port, host } = new URL(abrupt.url)
    const session = http2.connect(`https://127.0.0.1:${port}`, { servername, ca: abrupt.root })
    session.on('error', fail)
    const method = slowly ? 'POST' : 'GET'
    const stream = session.request({ ':method': method, ':path': path, ':authority': host })
    stream.on('error', fail)
    stream.on('response', (headers) => {
      stream.resume()
      stream.on('end', () => session.close())
      done({ status: Number(headers[':status']), release: String(headers['x-release']) })
    })
    send(stream, slowly).catch(fail)
  })

test('requests of up to 30 s end on the old version, over HTTP/1.1 and 2', async () => {
  const { release: old } = await first('/')
  const late = `/?after=${LONGEST_MS}`
  const upload = Array.from({ length: LONGEST_MS / 1000 }, () => Buffer.alloc(10_000))
  const long = Promise.all(
    [first, second].flatMap((ask) => [ask(late), ask(late, [Buffer.alloc(10)]), ask('/', upload)]),
  )
  // All of them have come to the app.
  await sleep(3000)
  const released = abrupt.release()
  expect(await long).toEqual(Array.from({ length: 6 }, () => ({ status: 200, release: old })))
  await released
  expect((await first('/')).release).not.toBe(old)
})

test('20 releases in a row and a broken one lose none of 50,000 requests', async () => {
  const result = await measureReleases(target, { releases: 20, requests: 50_000, interval: 8 })
  console.log(table(result))
  const { requests, lost } = sums(result.measured)
  expect({ lost, by: result.measured.map((each) => each.lost) }).toEqual({
    lost: 0,
    by: result.measured.map(() => ({})),
  })
  expect(requests).toBeGreaterThanOrEqual(50_000)
  expect(result.swaps).toHaveLength(20)
  expect(result.broken).toBe(true)
})
