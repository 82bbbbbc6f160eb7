import * as pulumi from '@pulumi/pulumi'
import { checkSize, type SizeOptions } from '../../../components/account/size.ts'
import type { Former } from '../../../components/state.ts'

const size = (slug: string, disk: number, regions: string[], available = true) => ({
  ...{ slug, disk, regions, available },
  priceMonthly: disk,
})
const SIZES = [
  size('s-1vcpu-512mb-10gb', 10, ['fra1']),
  size('s-1vcpu-1gb', 25, ['ams3']),
  size('s-1vcpu-2gb', 50, ['fra1']),
  size('c-2', 25, ['fra1'], false),
]

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: () => {
      throw new Error('no resource is expected here')
    },
    call: () => ({ sizes: SIZES }),
  }),
)

const droplet = (outputs: object): Former[] => [
  { urn: 'urn', type: 'digitalocean:index/droplet:Droplet', outputs },
]
const here = { size: 's-1vcpu-1gb', region: 'fra1', image: 'debian-13-x64' }
const state = droplet({ ...here, disk: 25 })
const check = (change: Partial<SizeOptions>, former = state) =>
  checkSize({ ...here, mayReplace: false, ...change }, former)

test('a droplet that is there keeps a size that its region no longer sells', async () => {
  expect(await check({})).toBe(false)
  await expect(check({}, [])).rejects.toThrow('region = "fra1" does not offer the size s-1vcpu-1gb')
})

test.each<[string, Partial<SizeOptions>]>([
  ['another size', { size: 'c-2' }],
  ['another image, for which a droplet is made', { image: '12345' }],
  ['another region', { region: 'sfo3' }],
])('%s must be on sale', async (_what, change) => {
  await expect(check(change)).rejects.toThrow(/^region = "\w+" does not offer the size/)
})

test('a disk cannot shrink', async () => {
  await expect(check({ size: 's-1vcpu-512mb-10gb' })).rejects.toThrow(
    `size = "s-1vcpu-512mb-10gb" has a disk of 10 GiB, and the droplet's of 25 GiB cannot shrink. Allowed: in place s-1vcpu-2gb; any size for a new droplet.
    Fix: pulumi config set size s-1vcpu-1gb, or have the droplet replaced without a gap, its disk lost: pulumi config set --path 'allowReplace[0]' droplet`,
  )
})

test('it can where the droplet is replaced, by consent or anyway', async () => {
  const smaller = { size: 's-1vcpu-512mb-10gb' }
  expect(await check({ ...smaller, mayReplace: true })).toBe(true)
  expect(await check({ ...smaller, image: '12345' })).toBe(false)
})

test('a larger disk is a resize', async () => {
  expect(await check({ size: 's-1vcpu-2gb', mayReplace: true })).toBe(false)
})
