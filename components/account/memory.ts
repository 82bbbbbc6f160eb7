import { getSizes } from '@pulumi/digitalocean/getSizes.js'
import { configurationError, failDigitalOcean } from './error.ts'

export interface MemoryOptions {
  size: string
  /** Containers of the app; one if absent. */
  replicas?: number
  /** Limit of each. */
  memoryMiB: number
}

/**
 * Do the replicas fit the droplet's memory, and one more, which stands beside them while a release
 * replaces them one by one? A single container is not judged; nor is a size that nobody sells any more.
 * @throws RunError with the numbers
 */
export async function checkMemory({ size, replicas, memoryMiB }: MemoryOptions): Promise<void> {
  if (replicas === undefined) return
  const { sizes } = await getSizes({}).catch(failDigitalOcean)
  const memory = sizes.find((one) => one.slug === size)?.memory
  const needed = (replicas + 1) * memoryMiB
  if (memory === undefined || needed <= memory) return
  const most = Math.floor(memory / memoryMiB) - 1
  const each = Math.floor(memory / (replicas + 1))
  const larger = sizes
    .filter((one) => one.available && one.memory >= needed)
    .sort((a, b) => a.priceMonthly - b.priceMonthly)[0]
  const ways = [
    ...(most >= 1 ? [`pulumi config set replicas ${most}`] : []),
    ...(larger ? [`pulumi config set size ${larger.slug}`] : []),
    ...(each >= 64 ? [`pulumi config set appMemoryMiB ${each}`] : []),
  ]
  throw configurationError(
    `replicas = ${replicas} of appMemoryMiB = ${memoryMiB} need ${needed} MiB with the one more that a release starts beside them, and ${size} has ${memory} MiB`,
    'as many as fit with one to spare',
    ways.join(', or '),
  )
}
