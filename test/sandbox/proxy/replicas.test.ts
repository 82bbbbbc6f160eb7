/**
 * Three replicas behind the package's Caddy, released by the host's own program: what a release and a
 * dead replica cost visitors, who come all the time.
 */
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Loopback, loopback } from '../../bench/release/loopback.ts'
import { until } from './own-site.ts'

jest.setTimeout(300_000)

const WAYS = ['current', 'current-2', 'current-3']
const BODY = 'x'.repeat(2000)
let site: Loopback
beforeAll(async () => {
  site = await loopback(WAYS.length)
})
afterAll(() => site?.close())

interface Answer {
  status?: number
  text: string
}

/** @param whole a body ends only then, so its replica has something under way as long */
function ask(method: 'GET' | 'POST', accept = '*/*', whole?: Promise<void>): Promise<Answer> {
  const { hostname: servername, host, port } = new URL(site.url)
  const ca = readFileSync(join(site.folder, 'root.pem'))
  return new Promise((resolve, reject) => {
    const request = https.request({
      ...{ host: site.address, port, servername, ca, method, agent: false },
      headers: { host, accept },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, text: text.trim() }))
    })
    if (whole) request.write(BODY)
    if (whole) whole.then(() => request.end())
    else request.end(method === 'POST' ? BODY : undefined)
  })
}

/** Four visitors, each with one request after the other, until `goesOn` says no. */
async function visited(method: 'GET' | 'POST', goesOn: (sent: number) => boolean) {
  const met = { sent: 0, lost: [] as string[], texts: new Set<string>() }
  const visitor = async () => {
    while (goesOn(met.sent)) {
      met.sent++
      const { status, text } = await ask(method).catch(({ message }: Error) => ({
        ...{ status: undefined, text: message },
      }))
      if (status === 200) met.texts.add(text)
      else met.lost.push(`${method}: ${status} ${text}`)
    }
  }
  await Promise.all([visitor(), visitor(), visitor(), visitor()])
  return met
}

/** Does somebody take connections at this way's end? */
const taken = (way: string) =>
  new Promise<boolean>((done) => {
    const socket = connect(join(site.folder, 'app', way, 'app.sock'), () => {
      socket.destroy()
      done(true)
    })
    socket.on('error', () => done(false))
  })

/** How many requests Caddy has at the replicas right now (https://caddyserver.com/docs/api). */
const underWay = async () => {
  const socketPath = join(site.folder, 'admin.sock')
  const options = { socketPath, path: '/reverse_proxy/upstreams', agent: false }
  const upstreams = await new Promise<{ address: string; num_requests: number }[]>((done, fail) => {
    http
      .get(options, (answer) => json(answer).then((found) => done(found as never), fail))
      .on('error', fail)
  })
  // Caddy 2.11 lists each socket a second time, without its network.
  const listed = upstreams.filter(({ address }) => address.startsWith('unix/'))
  return listed.reduce((sum, { num_requests: number }) => sum + number, 0)
}

const processId = (way: number) => {
  const name = `000000000002${way === 1 ? '' : `.${way}`}`
  return Number(readFileSync(join(site.folder, 'units', name), 'utf8').split(' ')[1])
}

test('a release replaces them one by one: three take connections all the time, and nothing is lost', async () => {
  let under = true
  const load = [visited('GET', () => under), visited('POST', () => under)]
  let fewest = WAYS.length
  const counted = (async () => {
    while (under) {
      const up = await Promise.all(WAYS.map(taken))
      fewest = Math.min(fewest, up.filter(Boolean).length)
      await sleep(10)
    }
  })()
  try {
    await site.release()
  } finally {
    under = false
  }
  const [gets, posts] = await Promise.all(load)
  await counted
  expect([gets?.lost, posts?.lost, fewest]).toEqual([[], [], 3])
  expect([...(posts?.texts ?? [])]).toEqual(['2000'])
  // Both versions serve for a while.
  expect([...(gets?.texts ?? [])].sort()).toEqual(['000000000001', '000000000002'])
  expect([...(await visited('GET', (sent) => sent < 30)).texts]).toEqual(['000000000002'])
})

test('one that is killed loses none of the requests that it has not got, and no GET', async () => {
  let killed = Number.POSITIVE_INFINITY
  const gets = visited('GET', (sent) => sent < killed + 300)
  await sleep(300)
  process.kill(processId(2), 'SIGKILL')
  await until(async () => !(await taken('current-2')))
  killed = 0
  // What it had got of a POST may have been done: nobody sends that again.
  const posts = await visited('POST', (sent) => sent < 100)
  expect([(await gets).lost, posts.lost]).toEqual([[], []])
  expect(await Promise.all(WAYS.map(taken))).toEqual([true, false, true])

  // While the others are busy the dead one has the fewest requests of all, for good.
  let finish = () => {}
  const whole = new Promise<void>((done) => {
    finish = done
  })
  const uploads = Array.from({ length: 8 }, () => ask('POST', '*/*', whole))
  await until(async () => (await underWay()) === uploads.length)
  const meanwhile = await visited('GET', (sent) => sent < 20)
  finish()
  const answers = (await Promise.all(uploads)).map(({ status, text }) => `${status} ${text}`)
  expect(meanwhile.lost).toEqual([])
  expect(answers).toEqual(uploads.map(() => '200 2000'))
})

test('where none is left a page says so', async () => {
  for (const way of [1, 3]) process.kill(processId(way), 'SIGKILL')
  for (const way of WAYS) await until(async () => !(await taken(way)))
  const { status, text } = await ask('GET', 'text/html')
  expect([status, text]).toEqual([503, expect.stringContaining('One moment')])
})
