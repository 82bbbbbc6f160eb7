import * as pulumi from '@pulumi/pulumi'
import { checkMemory } from '../../../components/account/memory.ts'

const size = (slug: string, memory: number, available = true) => ({
  ...{ slug, memory, available, disk: 25, regions: ['fra1'], priceMonthly: memory },
})
const SIZES = [
  ...[size('s-1vcpu-512mb-10gb', 512), size('s-1vcpu-1gb', 1024), size('s-1vcpu-2gb', 2048)],
  ...[size('s-2vcpu-2gb', 2048, false), size('s-2vcpu-4gb', 4096)],
]

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: () => {
      throw new Error('no resource is expected here')
    },
    call: () => ({ sizes: SIZES }),
  }),
)

test.each([
  ['one container, as ever', undefined, 65_536, 's-1vcpu-1gb'],
  ['three with one to spare', 3, 256, 's-1vcpu-1gb'],
  ['a size that is not sold any more', 16, 65_536, 'gone'],
])('%s fits', async (_what, replicas, memoryMiB, size) => {
  await expect(checkMemory({ replicas, memoryMiB, size })).resolves.toBeUndefined()
})

test('what does not fit is refused with the numbers, and with the ways on', async () => {
  await expect(
    checkMemory({ replicas: 4, memoryMiB: 256, size: 's-1vcpu-1gb' }),
  ).rejects.toThrow(`replicas = 4 of appMemoryMiB = 256 need 1280 MiB with the one more that a release starts beside them, and s-1vcpu-1gb has 1024 MiB. Allowed: as many as fit with one to spare.
    Fix: pulumi config set replicas 3, or pulumi config set size s-1vcpu-2gb, or pulumi config set appMemoryMiB 204`)
  await expect(checkMemory({ replicas: 2, memoryMiB: 2048, size: 's-1vcpu-1gb' })).rejects.toThrow(
    'Fix: pulumi config set appMemoryMiB 341',
  )
})
