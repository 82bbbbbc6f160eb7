import { setTimeout as sleep } from 'node:timers/promises'
import { HOST, until } from '../sandbox/proxy/own-site.ts'
import { type Renewing, startRenewing } from '../sandbox/proxy/renewing.ts'
import { startSteadyTraffic } from '../sandbox/proxy/steady-traffic.ts'

jest.setTimeout(600_000)

const VALIDITY_SECONDS = 120
const CHANGES = 4
let renewing: Renewing

beforeAll(async () => {
  renewing = await startRenewing(VALIDITY_SECONDS)
  await until(async () => (await state()) === 'good')
})
afterAll(() => renewing?.close())

const state = async () => JSON.parse((await renewing.expiry('show')).stdout).certificates[0].state

test('a certificate of two minutes changes four times under traffic, and no request is lost', async () => {
  const { site, root } = renewing
  const { met, stop } = startSteadyTraffic(
    { host: '127.0.0.1', port: site.httpsPort, servername: HOST, ca: root },
    `${HOST}:${site.httpsPort}`,
    100,
  )
  const deadline = Date.now() + (CHANGES + 1) * VALIDITY_SECONDS * 1000
  while (met.serials.length <= CHANGES && Date.now() < deadline) await sleep(500)
  expect(await state()).toBe('good')
  const { sent, failed, serials } = await stop()
  console.log(`renewal: ${JSON.stringify(sent)}, ${failed.length} failed`)
  expect(failed).toEqual([])
  expect(new Set(serials).size).toBe(CHANGES + 1)
  expect(Math.min(...Object.values(sent))).toBeGreaterThan(1000)
})
