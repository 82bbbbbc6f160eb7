/** Renewal by a real Caddy of certificates that last half a minute; test/long has longer ones. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Found, told } from '../../../ops/cli/certificates.ts'
import { HOST, until } from './own-site.ts'
import { type Renewing, startRenewing } from './renewing.ts'
import { startSteadyTraffic } from './steady-traffic.ts'

jest.setTimeout(120_000)

const VALIDITY_SECONDS = 30
let renewing: Renewing

beforeAll(async () => {
  renewing = await startRenewing(VALIDITY_SECONDS)
  await until(async () => (await found()).state === 'good')
})
afterAll(() => renewing?.close())

const found = async (): Promise<Found> =>
  JSON.parse((await renewing.expiry('show')).stdout).certificates[0]

test('the certificate changes under traffic, and no request is lost', async () => {
  const { site, root } = renewing
  const { met, stop } = startSteadyTraffic(
    { host: '127.0.0.1', port: site.httpsPort, servername: HOST, ca: root },
    `${HOST}:${site.httpsPort}`,
  )
  const deadline = Date.now() + 60_000
  while (met.serials.length < 2 && Date.now() < deadline) await sleep(200)
  await sleep(1000)
  const { sent, failed, serials } = await stop()
  console.log(`renewal: ${JSON.stringify(sent)}, ${failed.length} failed`)
  expect(failed).toEqual([])
  expect(serials).toHaveLength(2)
  expect(Math.min(...Object.values(sent))).toBeGreaterThan(100)
})

test('a renewal that fails is told before the certificate ends, with the reason', async () => {
  await renewing.closeAcme()
  let late = await found()
  const deadline = Date.now() + 40_000
  while (late.state === 'good' && Date.now() < deadline) {
    await sleep(500)
    late = await found()
  }
  expect(late).toMatchObject({ kind: 'site', name: HOST, by: 'caddy', state: 'late' })
  expect(Date.parse(late.ends!)).toBeGreaterThan(Date.now())
  expect(late.failure?.error).toMatch(/localhost.*connection refused/)

  const { stdout, stderr } = await renewing.expiry('check')
  expect(stdout).toBe('')
  expect(stderr).toMatch(
    new RegExp(
      `^<4>the certificate of site ${HOST} ends .*; it should have been renewed by .* Caddy failed at .*refused.*\n$`,
    ),
  )
  const kept = JSON.parse(readFileSync(join(renewing.site.folder, 'certificates.json'), 'utf8'))
  expect(kept.certificates[0]).toMatchObject({ name: HOST, state: 'late', ends: late.ends })
  expect(told(kept.certificates)).toMatch(/should have been renewed by .*\n.*refused/)
})
