import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { DEFAULT_SIZE, type Size, sizeIn } from '../../../ops/backups/drill-size.ts'

const size = (slug: string, price: number, change: Partial<Size> = {}): Size => ({
  ...{ slug, memory: 1024, vcpus: 1, price_monthly: price, regions: ['fra1', 'nyc3'] },
  ...{ available: true, ...change },
})
const SIZES = [
  size('c-2', 40, { memory: 4096, vcpus: 2 }),
  size('s-1vcpu-1gb-intel', 7),
  size('s-1vcpu-1gb', 6),
  size('s-1vcpu-512mb-10gb', 4, { memory: 512, regions: ['fra1'] }),
  size('sold-out', 5, { available: false }),
]

test.each([
  ['offered there, it stays', 'fra1', 's-1vcpu-512mb-10gb', 's-1vcpu-512mb-10gb'],
  ['dearer than another, it stays', 'nyc3', 's-1vcpu-1gb-intel', 's-1vcpu-1gb-intel'],
  ['not offered, the cheapest as large', 'nyc3', 's-1vcpu-512mb-10gb', 's-1vcpu-1gb'],
  ['sold out, the cheapest as large', 'nyc3', 'sold-out', 's-1vcpu-1gb'],
  ['none as large, it stays for the update to refuse', 'ams3', 'c-2', 'c-2'],
  ['no size at all, it stays for the update to refuse', 'nyc3', 'huge', 'huge'],
])('%s', (_, region, wanted, taken) => {
  expect(sizeIn(region, wanted, SIZES)).toBe(taken)
})

test('without one in the template it is that of Pulumi.yaml', () => {
  const project = parse(readFileSync(join(import.meta.dirname, '../../../Pulumi.yaml'), 'utf8'))
  expect(project.config.size.default).toBe(DEFAULT_SIZE)
})
