import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SIZES as LIST } from '../../../policy/prices.ts'
import { monthlyCost } from '../../../policy/rules/monthly-cost.ts'
import { statedPrices } from '../../../policy/stated-prices.ts'
import { SIZES } from '../../../sandbox/digitalocean/catalogue.ts'
import { type Case, databaseCluster, droplet, judge, type Thing, volume } from './judge.ts'

const host = (size: string, more = {}): Thing => ({
  type: droplet,
  name: 'host',
  props: { size, ...more },
})
const said = (resources: Thing[], settings = {}, more: Case = {}) =>
  judge(monthlyCost, { resources, settings, preview: true, ...more })
const fix = 'Make it smaller, or raise monthly-cost.limit in policy/settings.json.'

test('the list has the same prices as the simulated API, and every size of it', () => {
  const simulated = SIZES.map(({ slug, price_monthly }) => [slug, price_monthly])
  expect(LIST).toMatchObject(Object.fromEntries(simulated))
})

test.each<[string, Thing[]]>([
  ['the default size', [host('s-1vcpu-1gb')]],
  [
    'what is free',
    [{ type: 'digitalocean:index/firewall:Firewall' }, { type: 'auth0:index/client:Client' }],
  ],
  ['just the limit', [host('s-4vcpu-8gb'), { type: volume, props: { size: 20 } }]],
])('%s passes', async (_name, resources) => {
  expect(await said(resources)).toEqual([])
})

test('the sum of all fails', async () => {
  const resources = [
    host('s-1vcpu-1gb', { backups: true }),
    { type: volume, name: 'files', props: { size: 100 } },
    { type: databaseCluster, name: 'data', props: { size: 'db-s-1vcpu-2gb', nodeCount: 2 } },
  ]
  expect(await said(resources)).toEqual([
    `the stack: It costs $78.10 a month, the limit is $50.00: Droplet host $7.20, Volume files $10.00, DatabaseCluster data $60.90. ${fix}`,
  ])
})

test('an account pays for all of its buckets together', async () => {
  const bucket = 'digitalocean:index/spacesBucket:SpacesBucket'
  const buckets = ['backups', 'copy'].map((name) => ({ type: bucket, name, props: {} }))
  expect(await said([host('s-1vcpu-1gb'), ...buckets], { limit: 10 })).toEqual([
    `the stack: It costs $11.00 a month, the limit is $10.00: Droplet host $6.00, SpacesBucket backups $5.00. ${fix}`,
  ])
})

test('daily backups cost more than weekly ones', async () => {
  const backups = { backups: true, backupPolicy: { plan: 'daily' } }
  expect(await said([host('s-1vcpu-1gb', backups)], { limit: 7.5 })).toEqual([
    expect.stringContaining('Droplet host $7.80'),
  ])
})

test('a limit of the settings fails where the usual one passes', async () => {
  expect(await said([host('s-1vcpu-1gb')], { limit: 5 })).toEqual([
    `the stack: It costs $6.00 a month, the limit is $5.00: Droplet host $6.00. ${fix}`,
  ])
})

test('an update fails before what alone is too dear is made', async () => {
  const message = `It costs $96.00 a month, the limit is $50.00: Droplet host $96.00. ${fix}`
  expect(await said([host('s-8vcpu-16gb')], {}, { preview: false })).toEqual([
    `host: ${message}`,
    `the stack: ${message}`,
  ])
})

test.each<[string, Thing, string]>([
  ['a size', host('gpu-h100x1-80gb'), 'Droplet host (gpu-h100x1-80gb)'],
  ['a type', { type: 'digitalocean:index/app:App', name: 'site' }, 'App site'],
])('%s without a known price fails', async (_name, thing, title) => {
  expect(await said([thing])).toEqual([
    `the stack: No price is known for ${title}. Add it to monthly-cost.prices in policy/settings.json or to policy/prices.ts.`,
  ])
})

test('a price of the settings counts', async () => {
  const settings = { prices: { 's-9vcpu-1gb': 51 } }
  expect(await said([host('s-9vcpu-1gb')], settings)).toEqual([
    `the stack: It costs $51.00 a month, the limit is $50.00: Droplet host $51.00. ${fix}`,
  ])
})

test('a cluster of a size that droplets have, too, does not cost what a droplet does', async () => {
  const node = { type: databaseCluster, name: 'data', props: { size: 's-1vcpu-1gb' } }
  expect(await said([node])).toEqual([expect.stringMatching(/^the stack: No price is known for/)])
  expect(await said([node], { prices: { 's-1vcpu-1gb': 50.5 } })).toEqual([
    expect.stringContaining('DatabaseCluster data $50.50'),
  ])
})

test('prices are read from the settings, and none from others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'padlock-prices-'))
  const file = join(folder, 'settings.json')
  const read = (text: string) => {
    writeFileSync(file, text)
    return statedPrices(file)
  }
  try {
    expect(statedPrices(file)).toEqual({})
    expect(read('{"monthly-cost": {"limit": 9, "prices": {"db-new": 99}}}')).toEqual({
      'db-new': 99,
    })
    expect(read('{"monthly-cost": "disabled"}')).toEqual({})
    expect(read('{')).toEqual({})
  } finally {
    rmSync(folder, { recursive: true })
  }
})
