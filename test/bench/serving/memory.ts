/** What machine/memory.py prints. */
export interface MemoryReport {
  samples: Holding[][]
  /** Lines of /proc/meminfo, KiB. */
  kernel: Record<string, number>
  /** Counters of /proc/vmstat. */
  events: { oom_kill: number; pswpout: number; pswpin: number }
}

/** A process, and what it holds: proportional set size and its part of the swap. */
export interface Holding {
  unit: string
  name: string
  /** Is it a process of the app's containers? */
  app: boolean
  kib: number
}

export interface Idle {
  /** Of all processes but the app's, MiB: the middle sample, and that which has the most. */
  rest: number
  most: number
  /** Of the app's containers, MiB, in the middle sample. */
  app: number
  /** The rest's units and programs in the middle sample, largest first. */
  parts: { unit: string; name: string; mib: number; count: number }[]
  /** What the kernel cannot give back and no process holds: slab, stacks, page tables, per-processor. */
  kernel: number
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
const mib = (holdings: Holding[]) => sum(holdings.map(({ kib }) => kib)) / 1024

export function idle({ samples, kernel }: MemoryReport): Idle {
  const rests = samples
    .map((sample) => ({ sample, rest: mib(sample.filter(({ app }) => !app)) }))
    .toSorted((a, b) => a.rest - b.rest)
  const middle = rests[Math.floor((rests.length - 1) / 2)]
  if (!middle) throw new Error('the machine took no sample')
  const groups = Map.groupBy(
    middle.sample.filter(({ app }) => !app),
    ({ unit, name }) => `${unit}\t${name}`,
  )
  const parts = [...groups.values()].map((group) => {
    const { unit, name } = group[0]!
    return { unit, name, mib: mib(group), count: group.length }
  })
  const held = ['SUnreclaim', 'KernelStack', 'PageTables', 'Percpu']
  return {
    rest: middle.rest,
    most: rests.at(-1)!.rest,
    app: mib(middle.sample.filter(({ app }) => app)),
    parts: parts.toSorted((a, b) => b.mib - a.mib),
    kernel: sum(held.map((name) => kernel[name] ?? 0)) / 1024,
  }
}

/** Markdown: a row a program, and the sums. */
export function memoryTable({ rest, most, app, parts, kernel }: Idle): string {
  const rows = parts.map(
    ({ unit, name, mib, count }) =>
      `| ${name}${count > 1 ? ` (${count})` : ''} | ${unit} | ${mib.toFixed(1)} |`,
  )
  return [
    '| program | unit | MiB |',
    '|---|---|---:|',
    ...rows,
    `| **all that is not the app** | the most in a sample: ${most.toFixed(0)} | **${rest.toFixed(0)}** |`,
    `| the app | its container | ${app.toFixed(0)} |`,
    `| the kernel | slab, stacks, page tables, per-processor | ${kernel.toFixed(0)} |`,
  ].join('\n')
}
