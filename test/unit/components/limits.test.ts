import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { log } from '@pulumi/pulumi'
import { checkLimits } from '../../../components/account/limits.ts'
import type { Former } from '../../../components/state.ts'

const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN } = process.env
let server: http.Server
let addresses: number
let volumes: number
const asked: string[] = []
beforeAll(async () => {
  const answers: Record<string, () => object> = {
    '/v2/account': () => ({
      account: { droplet_limit: 25, reserved_ip_limit: 3, volume_limit: 2 },
    }),
    '/v2/volumes?per_page=1': () => ({ meta: { total: volumes } }),
    '/v2/reserved_ips?per_page=1': () => ({ meta: { total: addresses } }),
  }
  server = http.createServer((request, response) => {
    asked.push(String(request.url))
    response.end(JSON.stringify(answers[String(request.url)]?.()))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  process.env.DIGITALOCEAN_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env.DIGITALOCEAN_TOKEN = 'right'
})
beforeEach(() => {
  asked.length = 0
  addresses = volumes = 0
})
afterAll(() => {
  Object.assign(process.env, { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN })
  server.close()
})

const has = (...kinds: string[]): Former[] =>
  kinds.map((kind) => ({ urn: kind, type: `digitalocean:index/x:${kind}`, outputs: {} }))

const RESERVES = { reserves: true }

test('a stack that has droplet and address asks for nothing', async () => {
  await checkLimits(RESERVES, 25, has('Droplet', 'ReservedIp'))
  expect(asked).toEqual([])
})

test('what is left is told, and of Auth0 where the stack has an application there', async () => {
  const info = jest.spyOn(log, 'info').mockResolvedValue()
  await checkLimits(RESERVES, 2, [])
  await checkLimits({ ...RESERVES, identity: {} }, 2, [])
  const account = 'The DigitalOcean account has 2 of 25 droplets and 0 of 3 reserved IPs'
  expect(info.mock.calls.map(([line]) => line)).toEqual([
    `${account}.`,
    `${account}; each stack takes one application of the Auth0 tenant (10 in the free plan).`,
  ])
  info.mockRestore()
})

test('no room for a droplet', async () => {
  await expect(checkLimits(RESERVES, 25, has('ReservedIp'))).rejects.toThrow(
    /^the DigitalOcean account has 25 of 25 droplets, and this stack needs one more\./,
  )
})

test('no room for a reserved IP', async () => {
  addresses = 3
  await expect(checkLimits(RESERVES, 0, [])).rejects.toThrow(
    /^the DigitalOcean account has 3 of 3 reserved IPs, and this stack needs one more\. Allowed: fewer than 3\./,
  )
})

test('a stack that goes without an address has room where there is none left', async () => {
  addresses = 3
  await checkLimits({ reserves: false }, 0, [])
  await expect(checkLimits({ reserves: false }, 25, [])).rejects.toThrow(/25 of 25 droplets/)
  asked.length = 0
  await checkLimits({ reserves: false }, 25, has('Droplet'))
  expect(asked).toEqual([])
})

test('no room for a volume, which a stack that has one does not need', async () => {
  volumes = 2
  const wanted = { ...RESERVES, volume: 'padlock-dev-1a2b3c4d' }
  const has3 = has('Droplet', 'ReservedIp')
  await expect(checkLimits(wanted, 1, has3)).rejects.toThrow(
    /has 2 of 2 volumes, and this stack needs one more\. Allowed: fewer than 2\./,
  )
  await checkLimits(wanted, 1, [...has3, ...has('Volume')])
  volumes = 1
  await checkLimits(wanted, 1, has3)
})
