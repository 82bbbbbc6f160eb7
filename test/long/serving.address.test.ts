/** A site without a name: Caddy and an authority that certifies addresses, over several lifetimes. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import { promisify } from 'node:util'
import type { Found } from '../../ops/cli/certificates.ts'
import { until } from '../sandbox/proxy/own-site.ts'
import { type Renewing, startRenewing } from '../sandbox/proxy/renewing.ts'
import { startSteadyTraffic } from '../sandbox/proxy/steady-traffic.ts'

jest.setTimeout(900_000)

/** Visitors come by 127.0.0.1, as those of a reserved IP arrive at another address of the droplet's. */
const ADDRESS = '127.0.0.9'
const VALIDITY_SECONDS = 90
const LIFETIMES = 4
const folder = mkdtempSync(join(tmpdir(), 'padlock-pebble-'))
let renewing: Renewing

beforeAll(async () => {
  renewing = await startRenewing(VALIDITY_SECONDS, { hostname: ADDRESS, pebble: await build() })
  await until(async () => (await found()).state === 'good')
})
afterAll(async () => {
  await renewing?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the host says of its certificate, to whom no name is said either. */
const found = async (): Promise<Found> =>
  JSON.parse((await renewing.expiry('show')).stdout).certificates[0]

/** Debian's Pebble has no profiles. */
async function build(): Promise<string> {
  const cwd = join(import.meta.dirname, 'pebble')
  const scratch = join(folder, 'go')
  mkdirSync(scratch)
  const env = {
    ...process.env,
    ...{ GOPATH: scratch, GOMODCACHE: join(scratch, 'mod'), GOCACHE: join(scratch, 'cache') },
    ...{ GOFLAGS: '-modcacherw -mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' },
  }
  const command = 'github.com/letsencrypt/pebble/v2/cmd/pebble'
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', folder, command]
  await promisify(execFile)('go', args, { cwd, env })
  return join(folder, 'pebble')
}

test('an address always has a certificate, over four lifetimes under traffic, and no request is lost', async () => {
  const { site, root } = renewing
  const { stop } = startSteadyTraffic(
    {
      host: '127.0.0.1',
      port: site.httpsPort,
      servername: '',
      ca: root,
      // One that has ended, or is for another address, fails the request.
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(ADDRESS, certificate),
    },
    `${ADDRESS}:${site.httpsPort}`,
    100,
  )
  await sleep(LIFETIMES * VALIDITY_SECONDS * 1000)
  // A renewal may be under way at this moment.
  await until(async () => (await found()).state === 'good')
  const { sent, failed, serials } = await stop()
  console.log(
    `renewal of an address: ${JSON.stringify(sent)}, ${failed.length} failed, ${serials.length} certificates`,
  )
  expect(failed).toEqual([])
  expect(new Set(serials).size).toBeGreaterThan(LIFETIMES)
  expect(Math.min(...Object.values(sent))).toBeGreaterThan(100)
})

test('a renewal that fails is told while three tenths of the time are left, with the reason', async () => {
  await renewing.closeAcme()
  let late = await found()
  const deadline = Date.now() + VALIDITY_SECONDS * 1000
  while (late.state === 'good' && Date.now() < deadline) {
    await sleep(500)
    late = await found()
  }
  expect(late).toMatchObject({ kind: 'site', name: ADDRESS, by: 'caddy', state: 'late' })
  const left = Date.parse(late.ends!) - Date.parse(late.renews!)
  expect(left / 1000 / VALIDITY_SECONDS).toBeCloseTo(0.3, 1)
  expect(late.failure?.error).toMatch(/localhost.*connection refused/)
  const { stderr } = await renewing.expiry('check')
  expect(stderr).toContain(`<4>the certificate of site ${ADDRESS} ends `)
})
