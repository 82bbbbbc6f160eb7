import { createServer } from 'node:net'
import { startDigitalOcean } from '../../../sandbox/digitalocean/index.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'
import { type Account, startAccount } from './account.ts'

let account: Account
afterEach(() => account.end())

const statuses = async (count: number, path = '/account') => {
  const all: number[] = []
  for (let n = 0; n < count; n++) all.push((await account.call('GET', path)).status)
  return all
}

test('a status on request, so many times, with what the API sends along', async () => {
  account = await startAccount()
  account.api.setFaults([
    { path: '^/v2/account$', times: 2, fault: { status: 429, retryAfterSeconds: 7 } },
    { method: 'post', fault: { status: 500, message: 'boom' } },
  ])
  const limited = await account.call('GET', '/account')
  expect(limited.status).toBe(429)
  expect(limited.headers.get('retry-after')).toBe('7')
  expect(limited.body).toEqual({
    id: 'too_many_requests',
    message: 'API rate limit exceeded.',
    request_id: limited.headers.get('x-request-id'),
  })
  expect(await statuses(2)).toEqual([429, 200])
  expect((await account.call('GET', '/account/keys')).status).toBe(200)
  const broken = await account.call('POST', '/tags', { name: 'x' })
  expect(broken).toMatchObject({ status: 500, body: { id: 'server_error', message: 'boom' } })

  account.api.setFaults([])
  expect((await account.call('GET', '/tags/x')).status).toBe(404)
  expect((await account.call('POST', '/tags', { name: 'x' })).status).toBe(201)
  expect(account.api.faultsMet()).toBe(3)
})

test('a share of the requests fails, the same ones for the same seed', async () => {
  account = await startAccount()
  const run = async (seed: number) => {
    account.api.setFaults([{ share: 0.3, fault: { status: 503 } }], seed)
    return statuses(60)
  }
  const [first, again, other] = [await run(7), await run(7), await run(8)]
  expect(first).toEqual(again)
  expect(first).not.toEqual(other)
  const failed = first.filter((status) => status === 503).length
  expect(failed).toBeGreaterThan(8)
  expect(failed).toBeLessThan(30)
})

test('a lost answer is that of a change that was made', async () => {
  account = await startAccount()
  account.api.setFaults([{ method: 'POST', times: 1, fault: 'lose' }])
  await expect(account.call('POST', '/tags', { name: 'x' })).rejects.toThrow('fetch failed')
  expect((await account.call('GET', '/tags/x')).status).toBe(200)
})

test('a dropped connection changes nothing', async () => {
  account = await startAccount()
  account.api.setFaults([{ method: 'POST', times: 1, fault: 'drop' }])
  await expect(account.call('POST', '/tags', { name: 'x' })).rejects.toThrow('fetch failed')
  expect((await account.call('GET', '/tags')).body.tags).toEqual([])
  expect((await account.call('POST', '/tags', { name: 'x' })).status).toBe(201)
})

test('a delay, alone and before a failure', async () => {
  account = await startAccount()
  account.api.setFaults([{ fault: { delayMs: 150 } }, { path: 'tags', fault: { status: 500 } }])
  const began = Date.now()
  expect((await account.call('GET', '/account')).status).toBe(200)
  expect(Date.now() - began).toBeGreaterThanOrEqual(145)
  expect((await account.call('GET', '/tags')).status).toBe(500)
  expect(Date.now() - began).toBeGreaterThanOrEqual(295)
})

test('the hourly limit: counted down, then refused until the oldest request expires', async () => {
  account = await startAccount({ limits: { requestsPerHour: 3 } })
  const began = Date.now() / 1000
  const first = await account.call('GET', '/account')
  expect(first.headers.get('ratelimit-limit')).toBe('3')
  expect(first.headers.get('ratelimit-remaining')).toBe('2')
  const reset = Number(first.headers.get('ratelimit-reset')) - 3600
  expect(reset).toBeGreaterThanOrEqual(began)
  expect(reset).toBeLessThanOrEqual(Date.now() / 1000 + 1)
  expect(await statuses(3)).toEqual([200, 200, 429])
  const refused = await account.call('GET', '/account')
  expect(refused.headers.get('ratelimit-remaining')).toBe('0')
  const left = Number(refused.headers.get('retry-after'))
  expect(left).toBeGreaterThanOrEqual(Math.floor(began + 3600 - Date.now() / 1000))
  expect(left).toBeLessThanOrEqual(3600)
  expect(refused.body.id).toBe('too_many_requests')
})

test('the burst limit asks to wait a minute at most', async () => {
  account = await startAccount({ limits: { requestsPerMinute: 2 } })
  const began = Date.now() / 1000
  expect(await statuses(3)).toEqual([200, 200, 429])
  const seconds = Number((await account.call('GET', '/account')).headers.get('retry-after'))
  expect(seconds).toBeGreaterThanOrEqual(Math.floor(began + 60 - Date.now() / 1000))
  expect(seconds).toBeLessThanOrEqual(60)
})

test('requests are counted by route, whatever becomes of them', async () => {
  account = await startAccount()
  await account.call('GET', '/tags/one')
  await account.call('GET', '/tags/two')
  await account.call('GET', '/nowhere')
  await account.call('GET', '/account', undefined, { authorization: 'Bearer wrong' })
  expect(account.api.calls()).toEqual({
    'GET /v2/tags/:tag_id': 2,
    'GET /v2/nowhere': 1,
    'GET /v2/account': 1,
  })
})

test('a port that is taken is an error', async () => {
  account = await startAccount()
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as { port: number }
  const stateFile = `${account.stateFile}.other`
  const started = startDigitalOcean({ stateFile, port, token: 'x', machines: noMachines() })
  await expect(started).rejects.toThrow('EADDRINUSE')
  await new Promise((done) => other.close(done))
})
