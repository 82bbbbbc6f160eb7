import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { log } from '@pulumi/pulumi'
import { checkCluster } from '../../../components/account/cluster.ts'
import type { Former } from '../../../components/state.ts'

const PG = {
  regions: ['nyc3', 'fra1'],
  versions: ['13', '14', '15', '16', '17', '18', '19'],
  layouts: [
    { num_nodes: 1, sizes: ['db-s-1vcpu-1gb', 'db-s-1vcpu-2gb'] },
    { num_nodes: 2, sizes: ['db-s-1vcpu-2gb'] },
  ],
}
const ends = (version: string, end_of_availability: string | null) => ({
  ...{ version, end_of_availability, end_of_life: null, default: false },
})
const AVAILABILITY = [
  ends('14', '2020-01-01T00:00:00Z'),
  ends('15', '2999-01-01T00:00:00Z'),
  ends('18', null),
]

const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN } = process.env
let server: http.Server
let list: object
let refusal: number | undefined
const asked: string[] = []
beforeAll(async () => {
  const answers: Record<string, () => object> = {
    '/v2/databases/options': () => ({
      options: { pg: PG },
      version_availability: { pg: AVAILABILITY },
    }),
    '/v2/databases?per_page=200': () => list,
  }
  server = http.createServer((request, response) => {
    asked.push(String(request.url))
    if (refusal) response.writeHead(refusal)
    response.end(JSON.stringify(answers[String(request.url)]?.()))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  process.env.DIGITALOCEAN_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env.DIGITALOCEAN_TOKEN = 'right'
})
let warn: jest.SpyInstance
beforeEach(() => {
  asked.length = 0
  list = { databases: [] }
  refusal = undefined
  warn = jest.spyOn(log, 'warn').mockResolvedValue()
})
afterEach(() => warn.mockRestore())
afterAll(() => {
  Object.assign(process.env, { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN })
  server.close()
})

const WANTED = { size: 'db-s-1vcpu-1gb', nodes: 1, version: '17', region: 'fra1' }
const having = (outputs: object): Former[] => [
  { urn: 'urn', type: 'digitalocean:index/databaseCluster:DatabaseCluster', outputs },
]
/** The same that is wanted, as the state has it. */
const STATE = { size: 'db-s-1vcpu-1gb', nodeCount: 1, version: '17', region: 'fra1' }
const check = (change: Partial<typeof WANTED> = {}, state: Former[] = []) =>
  checkCluster({ managed: { ...WANTED, ...change } }, state)

test('nothing is asked for no cluster, nor for one that stays as it is', async () => {
  await checkCluster({}, [])
  await check({}, having(STATE))
  expect(asked).toEqual([])
})

test('one that is sold passes in silence', async () => {
  await check()
  await check({ size: 'db-s-1vcpu-2gb', nodes: 2, version: '18' })
  expect(warn).not.toHaveBeenCalled()
})

test.each(['14', '12'])('a new one of version %s is refused', async (version) => {
  await expect(check({ version })).rejects.toThrow(
    `databaseVersion = ${version} is not a version that DigitalOcean makes new databases with. Allowed: 15, 16, 17, 18.\n    Fix: pulumi config set databaseVersion 18\nNothing was created or changed.`,
  )
})

test('one that is there grows with the version that it has', async () => {
  const state = having({ ...STATE, version: '14' })
  await check({ size: 'db-s-1vcpu-2gb', version: '14' }, state)
  expect(asked).toEqual(['/v2/databases/options'])
})

test.each([
  [
    { size: 's-1vcpu-1gb' },
    /^databaseSize = "s-1vcpu-1gb" is not a size that .* Allowed: among others db-s-1vcpu-1gb, db-s-1vcpu-2gb\.\n {4}Fix: pulumi config set databaseSize db-s-1vcpu-1gb\n/,
  ],
  [
    { size: 'db-s-1vcpu-2gb', nodes: 3 },
    /^databaseNodes = 3 is not a number .* for databaseSize = "db-s-1vcpu-2gb"\. Allowed: 1, 2 with that size\.\n {4}Fix: pulumi config set databaseNodes 2\n/,
  ],
  [
    { nodes: 2 },
    /Allowed: 1 with that size\.\n {4}Fix: pulumi config set databaseNodes 1, or pulumi config set databaseSize db-s-1vcpu-2gb\n/,
  ],
  [
    { region: 'sfo2' },
    /^region = "sfo2" has no managed databases\. Allowed: fra1, nyc3\.\n {4}Fix: pulumi config set region fra1\n/,
  ],
])('%j is refused, of a new one and of one that is there', async (change, message) => {
  await expect(check(change)).rejects.toThrow(message)
  await expect(check(change, having(STATE))).rejects.toThrow(message)
})

test('a tenth and more is told of, with or without a count in the answer', async () => {
  list = { databases: Array(9).fill({}) }
  await check()
  list = { databases: Array(10).fill({}), meta: { total: 12 } }
  await check()
  await check({ size: 'db-s-1vcpu-2gb' }, having(STATE))
  list = { databases: Array(10).fill({}) }
  await check()
  expect(warn.mock.calls.map(([line]) => /has (\d+) database clusters/.exec(line)?.[1])).toEqual([
    '12',
    '10',
  ])
})

test('nothing is judged by an account that has no such route, and a refusal is told', async () => {
  refusal = 404
  await check({ version: '12' })
  refusal = 403
  await expect(check()).rejects.toThrow(/GET \/v2\/databases.*: 403/)
})
