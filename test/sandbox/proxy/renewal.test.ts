/** Renewal by a real Caddy of certificates that it renews early; test/long has its own third of their time. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Found, told } from '../../../ops/cli/certificates.ts'
import { HOST, until } from './own-site.ts'
import { type Renewing, startRenewing } from './renewing.ts'
import { startSteadyTraffic } from './steady-traffic.ts'

jest.setTimeout(120_000)

const VALIDITY_SECONDS = 900
/** Caddy begins after ten seconds, and has the rest of the time for it. */
const LEFT = 1 - 10 / VALIDITY_SECONDS
let renewing: Renewing

beforeAll(async () => {
  renewing = await startRenewing(VALIDITY_SECONDS, { left: LEFT })
  await until(async () => (await found()).state === 'good')
})
afterAll(() => renewing?.close())

const found = async (ahead = 0): Promise<Found> =>
  JSON.parse((await renewing.expiry('show', ahead)).stdout).certificates[0]

test('the certificate changes under traffic, and no request is lost', async () => {
  const { site, root } = renewing
  const { met, stop } = startSteadyTraffic(
    { host: '127.0.0.1', port: site.httpsPort, servername: HOST, ca: root },
    `${HOST}:${site.httpsPort}`,
  )
  while (new Set(met.serials).size < 2) await sleep(200)
  const before = { ...met.sent }
  // Each way has met the new certificate.
  while (Object.entries(met.sent).some(([way, times]) => times < before[way]! + 5)) await sleep(200)
  const { sent, failed } = await stop()
  console.log(`renewal: ${JSON.stringify(sent)}, ${failed.length} failed`)
  expect(failed).toEqual([])
  expect(Object.keys(before)).toHaveLength(4)
})

test('a renewal that fails is told before the certificate ends, with the reason', async () => {
  await renewing.closeAcme()
  // As if all but a tenth of its time had passed.
  const ahead = 0.9 * VALIDITY_SECONDS
  await until(async () => (await found(ahead)).failure !== null)
  expect((await found()).state).toBe('good')
  const late = await found(ahead)
  expect(late).toMatchObject({ kind: 'site', name: HOST, by: 'caddy', state: 'late' })
  expect(Date.parse(late.ends!)).toBeGreaterThan(Date.now() + ahead * 1000)
  expect(late.failure?.error).toMatch(/localhost.*connection refused/)

  const { stdout, stderr } = await renewing.expiry('check', ahead)
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
