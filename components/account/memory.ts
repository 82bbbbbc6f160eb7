import { getSizes } from '@pulumi/digitalocean/getSizes.js'
import { configurationError, failDigitalOcean } from './error.ts'

export interface MemoryOptions {
  size: string
  /** Containers of the app; one if absent. */
  replicas?: number
  /** Limit of each. */
  memoryMiB: number
  /** Workers and jobs, which run once each. */
  processes?: Record<string, { memoryMiB: number }>
}

/**
 * Of what has no limit of ours, or one far above its need: the kernel, systemd, sshd, the journal,
 * Podman, Caddy (46 MB measured at rest) and the login in front of the app (29 MB under load).
 */
const SYSTEM_MIB = 200

/**
 * Do the replicas fit the droplet's memory beside workers, jobs and the system, and one more replica,
 * which stands beside them while a release replaces them one by one? A single container is not
 * judged; nor is a size that nobody sells any more.
 * @throws RunError with the numbers
 */
export async function checkMemory(options: MemoryOptions): Promise<void> {
  const { size, replicas, memoryMiB, processes = {} } = options
  if (replicas === undefined) return
  const { sizes } = await getSizes({}).catch(failDigitalOcean)
  const memory = sizes.find((one) => one.slug === size)?.memory
  const others = Object.values(processes).reduce((sum, one) => sum + one.memoryMiB, 0)
  const beside = others + SYSTEM_MIB
  const needed = (replicas + 1) * memoryMiB + beside
  if (memory === undefined || needed <= memory) return
  const most = Math.floor((memory - beside) / memoryMiB) - 1
  const each = Math.floor((memory - beside) / (replicas + 1))
  const larger = sizes
    .filter((one) => one.available && one.memory >= needed)
    .sort((a, b) => a.priceMonthly - b.priceMonthly)[0]
  const ways = [
    ...(most >= 1 ? [`pulumi config set replicas ${most}`] : []),
    ...(larger ? [`pulumi config set size ${larger.slug}`] : []),
    ...(each >= 64 ? [`pulumi config set appMemoryMiB ${each}`] : []),
  ]
  const parts = [
    'the one more that a release starts beside them',
    ...(others > 0 ? [`${others} MiB for the processes`] : []),
    `${SYSTEM_MIB} MiB for the system`,
  ]
  throw configurationError(
    `replicas = ${replicas} of appMemoryMiB = ${memoryMiB} need ${needed} MiB with ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}, and ${size} has ${memory} MiB`,
    'as many as fit with one to spare',
    ways.length > 0 ? ways.join(', or ') : 'pulumi config set replicas 1',
  )
}
