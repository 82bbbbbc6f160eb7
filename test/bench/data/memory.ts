/** What machine/memory.py prints, KiB where nothing else is said. */
export interface ServerMemory {
  /** Proportional set size and swap of each process, and what of it is the server's shared memory. */
  samples: { name: string; kib: number; shared: number }[][]
  /** Of the unit's control group, bytes; empty without one. */
  group: { current?: number; anon?: number; file?: number; shmem?: number; kernel?: number }
  /** `shared_buffers`, and all shared memory that the server has set aside, buffers included. */
  buffers: number
  allocated: number
}

/** Beyond shared_buffers, MB. */
export const GOAL_MB = 60

export interface Beyond {
  /** What processes hold besides shared memory, and shared memory besides shared_buffers, MB of 10^6 bytes. */
  megabytes: number
  most: number
  /** In the middle sample, largest first: KiB without shared memory. */
  parts: { name: string; kib: number }[]
  overhead: number
}

/**
 * Pages of shared memory that nobody has touched yet cost nothing; all of what lies beside shared_buffers
 * counts as if it were touched.
 */
export function beyondBuffers({ samples, buffers, allocated }: ServerMemory): Beyond {
  const overhead = allocated - buffers
  const own = (sample: ServerMemory['samples'][number]) =>
    sample.map(({ kib, shared }) => kib - shared).reduce((a, b) => a + b, 0)
  const sorted = samples.toSorted((a, b) => own(a) - own(b))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  const most = sorted.at(-1)
  if (!middle || !most) throw new Error('the machine took no sample')
  const megabytes = (sample: typeof middle) => ((own(sample) + overhead) * 1024) / 1e6
  const groups = Map.groupBy(middle, ({ name }) => name)
  const parts = [...groups].map(([name, group]) => ({ name, kib: own(group) }))
  return {
    megabytes: megabytes(middle),
    most: megabytes(most),
    parts: parts.toSorted((a, b) => b.kib - a.kib),
    overhead,
  }
}

/** Markdown: a row a process. */
export function serverMemoryTable(found: ServerMemory): string {
  const { megabytes, most, parts, overhead } = beyondBuffers(found)
  const mb = (kib: number) => ((kib * 1024) / 1e6).toFixed(1)
  const { current, anon, kernel } = found.group
  const whole = (bytes: number | undefined) => ((bytes ?? 0) / 1e6).toFixed(1)
  return [
    '| process | MB |',
    '|---|---:|',
    ...parts.map(({ name, kib }) => `| ${name} | ${mb(kib)} |`),
    `| shared memory beside shared_buffers (${mb(found.buffers)} MB) | ${mb(overhead)} |`,
    `| **beyond shared_buffers** (the most in a sample: ${most.toFixed(1)}) | **${megabytes.toFixed(1)}** |`,
    ...(current === undefined
      ? []
      : [
          '',
          `its control group: ${whole(current)} MB with caches, of which ${whole(anon)} anonymous and ${whole(kernel)} the kernel's`,
        ]),
  ].join('\n')
}
