import * as pulumi from '@pulumi/pulumi'
import { checkMemory, type MemoryOptions } from '../../../components/account/memory.ts'

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
  ['one container, as ever', undefined, 65_536, 's-1vcpu-1gb', {}],
  ['two with one to spare and the system', 2, 256, 's-1vcpu-1gb', {}],
  ['as many as there is room for, to the last MiB', 3, 206, 's-1vcpu-1gb', {}],
  ['and workers', 2, 256, 's-1vcpu-1gb', { worker: { memoryMiB: 56 } }],
  ['a size that is not sold any more', 16, 65_536, 'gone', {}],
])('%s fits', async (_what, replicas, memoryMiB, size, processes) => {
  await expect(checkMemory({ replicas, memoryMiB, size, processes })).resolves.toBeUndefined()
})

test.each<[MemoryOptions, string]>([
  [
    { replicas: 3, memoryMiB: 256, size: 's-1vcpu-1gb' },
    `replicas = 3 of appMemoryMiB = 256 need 1224 MiB with the one more that a release starts beside them and 200 MiB for the system, and s-1vcpu-1gb has 1024 MiB. Allowed: as many as fit with one to spare.
    Fix: pulumi config set replicas 2, or pulumi config set size s-1vcpu-2gb, or pulumi config set appMemoryMiB 206`,
  ],
  [
    {
      ...{ replicas: 2, memoryMiB: 256, size: 's-1vcpu-1gb' },
      processes: { mail: { memoryMiB: 64 }, worker: { memoryMiB: 128 } },
    },
    `replicas = 2 of appMemoryMiB = 256 need 1160 MiB with the one more that a release starts beside them, 192 MiB for the processes and 200 MiB for the system, and s-1vcpu-1gb has 1024 MiB. Allowed: as many as fit with one to spare.
    Fix: pulumi config set replicas 1, or pulumi config set size s-1vcpu-2gb, or pulumi config set appMemoryMiB 210`,
  ],
  [
    { replicas: 2, memoryMiB: 256, size: 's-1vcpu-1gb', database: true },
    `replicas = 2 of appMemoryMiB = 256 need 1068 MiB with the one more that a release starts beside them, 100 MiB for the database and 200 MiB for the system, and s-1vcpu-1gb has 1024 MiB. Allowed: as many as fit with one to spare.
    Fix: pulumi config set replicas 1, or pulumi config set size s-1vcpu-2gb, or pulumi config set appMemoryMiB 241`,
  ],
  [
    { replicas: 2, memoryMiB: 2048, size: 's-1vcpu-1gb' },
    'Fix: pulumi config set appMemoryMiB 274',
  ],
  [{ replicas: 16, memoryMiB: 512, size: 's-1vcpu-1gb' }, 'Fix: pulumi config set replicas 1'],
])(
  'what does not fit is refused with the numbers, and with the ways on: %j',
  async (options, message) => {
    await expect(checkMemory(options)).rejects.toThrow(message)
  },
)
