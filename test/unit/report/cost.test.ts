import { costInWords } from '../../../ops/report/cost.ts'
import type { Properties } from '../../../ops/report/preview.ts'
import { report } from '../../../ops/report/report.ts'
import { preview, prices, recording } from './fixtures.ts'

const DROPLET = 'digitalocean:index/droplet:Droplet'
const monthly = (type: string, properties: Properties) =>
  report(preview({ [type]: { new: properties } }), { prices }).cost.after

test.each<[string, string, Properties, number | undefined]>([
  ['a droplet', DROPLET, { size: 's-1vcpu-2gb' }, 12],
  ['weekly backups', DROPLET, { size: 's-1vcpu-2gb', backups: true }, 14.4],
  [
    'daily backups',
    DROPLET,
    { size: 's-1vcpu-2gb', backups: true, backupPolicy: { plan: 'daily' } },
    15.6,
  ],
  ['an address that nobody has', 'digitalocean:index/reservedIp:ReservedIp', {}, 5],
  ['a volume', 'digitalocean:index/volume:Volume', { size: 50 }, 5],
  ['a load balancer', 'digitalocean:index/loadBalancer:LoadBalancer', { sizeUnit: 2 }, 24],
  [
    'two nodes of a database',
    'digitalocean:index/databaseCluster:DatabaseCluster',
    { size: 'db-s-1vcpu-2gb', nodeCount: 2 },
    60.9,
  ],
  ['a bucket', 'digitalocean:index/spacesBucket:SpacesBucket', {}, 5],
  ['a key to one', 'digitalocean:index/spacesKey:SpacesKey', {}, 0],
  ['a zone', 'digitalocean:index/domain:Domain', {}, 0],
  ['what is not DigitalOcean’s', 'auth0:index/client:Client', {}, 0],
  ['a size that is not sold', DROPLET, { size: 'x-1' }, undefined],
  ['a kind without a known price', 'digitalocean:index/app:App', {}, undefined],
])('%s', (_what, type, properties, expected) => {
  expect(monthly(type, properties)).toBe(expected)
})

test('a cluster costs what is said of its size, and no droplet’s price of that name', () => {
  const cluster = 'digitalocean:index/databaseCluster:DatabaseCluster'
  const costs = (type: string, stated?: Record<string, number>) =>
    report(preview({ [type]: { new: { size: 's-1vcpu-2gb' } } }), { prices: { ...prices, stated } })
      .cost.after
  expect(costs(cluster)).toBeUndefined()
  expect(costs(cluster, { 's-1vcpu-2gb': 70 })).toBe(70)
  expect(costs(DROPLET, { 's-1vcpu-2gb': 70 })).toBe(12)
})

test.each<[string, string]>([
  ['no-change', '$6.00 a month, as before'],
  ['size', '$6.00 → $12.00 a month (+$6.00), $0.01786 an hour'],
  ['image', '$6.00 a month, as before'],
  ['destroy', '$6.00 → $0.00 a month (-$6.00), $0 an hour'],
  ['first-up', '$0.00 → $6.00 a month (+$6.00), $0.00893 an hour'],
])('%s: %s', (name, words) => {
  expect(costInWords(report(recording(name), { prices }).cost)).toBe(words)
})

test('the second bucket of an account is on the bill of the first', () => {
  const bucket = 'digitalocean:index/spacesBucket:SpacesBucket'
  const [first, second] = [{ region: 'fra1' }, { region: 'ams3' }]
  const parts = {
    [`${bucket}#first`]: { old: first, new: first },
    [`${bucket}#second`]: { new: second },
  }
  expect(report(preview(parts)).cost).toMatchObject({ before: 5, after: 5 })
})

test('an address that loses its droplet costs', () => {
  const ip = { ipAddress: '203.0.113.9' }
  const { cost } = report(
    preview({
      'digitalocean:index/reservedIp:ReservedIp': { old: ip, new: ip },
      'digitalocean:index/reservedIpAssignment:ReservedIpAssignment': { old: ip },
    }),
  )
  expect(cost).toMatchObject({ before: 0, after: 5 })
})

test('without prices, or without the unchanged resources, no sum is claimed', () => {
  const { cost } = report(recording('size'))
  expect(cost.after).toBeUndefined()
  expect(costInWords(cost)).toBe('unknown: no price is known of Droplet padlock-dev')
  const whole = recording('ssh-opened')
  const part = { ...whole, steps: whole.steps?.filter(({ op }) => op !== 'same') }
  const found = report(part, { prices, budget: 1000 })
  expect(found.cost.after).toBeUndefined()
  expect(costInWords(found.cost)).toMatch(/^unknown: .*--show-sames/)
  expect(found.budget?.exceeded).toMatch(/cannot be checked/)
})

test.each<[number, string | undefined]>([
  [12, undefined],
  [11.99, 'Over the budget of $11.99 a month by $0.01'],
])('a budget of $%s', (budget, exceeded) => {
  expect(report(recording('size'), { prices, budget }).budget?.exceeded).toBe(exceeded)
})

test('a budget that cannot be checked is not kept', () => {
  expect(report(recording('size'), { budget: 100 }).budget?.exceeded).toMatch(/cannot be checked/)
})
