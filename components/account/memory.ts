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
  /** Does PostgreSQL run beside them? */
  database?: boolean
}

/**
 * Of what has no limit of ours, or one far above its need: the kernel, systemd, sshd, the journal,
 * Podman, Caddy (46 MB measured at rest) and the login in front of the app (29 MB under load).
 */
const SYSTEM_MIB = 200

/** Of PostgreSQL: its buffers (host/padlock-database, settings.py), and what it has beside them. */
const databaseMiB = (memory: number) => (memory < 1536 ? 64 : Math.ceil(memory / 8)) + 36

/**
 * Do the replicas fit the droplet's memory beside workers, jobs, a database and the system, and one more
 * replica, which stands beside them while a release replaces them one by one? A single container is not
 * judged; nor is a size that nobody sells any more.
 * @throws RunError with the numbers
 */
export async function checkMemory(options: MemoryOptions): Promise<void> {
  const { size, replicas, memoryMiB, processes = {} } = options
  if (replicas === undefined) return
  const { sizes } = await getSizes({}).catch(failDigitalOcean)
  const memory = sizes.find((one) => one.slug === size)?.memory
  const others = Object.values(processes).reduce((sum, one) => sum + one.memoryMiB, 0)
  const databaseIn = (size: number) => (options.database ? databaseMiB(size) : 0)
  const besideIn = (size: number) => others + databaseIn(size) + SYSTEM_MIB
  const neededIn = (size: number) => (replicas + 1) * memoryMiB + besideIn(size)
  if (memory === undefined || neededIn(memory) <= memory) return
  const [database, beside, needed] = [databaseIn(memory), besideIn(memory), neededIn(memory)]
  const most = Math.floor((memory - beside) / memoryMiB) - 1
  const each = Math.floor((memory - beside) / (replicas + 1))
  const larger = sizes
    .filter((one) => one.available && one.memory >= neededIn(one.memory))
    .sort((a, b) => a.priceMonthly - b.priceMonthly)[0]
  const ways = [
    ...(most >= 1 ? [`pulumi config set replicas ${most}`] : []),
    ...(larger ? [`pulumi config set size ${larger.slug}`] : []),
    ...(each >= 64 ? [`pulumi config set appMemoryMiB ${each}`] : []),
  ]
  const parts = [
    'the one more that a release starts beside them',
    ...(others > 0 ? [`${others} MiB for the processes`] : []),
    ...(database > 0 ? [`${database} MiB for the database`] : []),
    `${SYSTEM_MIB} MiB for the system`,
  ]
  throw configurationError(
    `replicas = ${replicas} of appMemoryMiB = ${memoryMiB} need ${needed} MiB with ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}, and ${size} has ${memory} MiB`,
    'as many as fit with one to spare',
    ways.length > 0 ? ways.join(', or ') : 'pulumi config set replicas 1',
  )
}
