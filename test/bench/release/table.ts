import type { Measured } from './load.ts'
import type { ReleaseBench } from './measure.ts'

/** Around a swap, milliseconds: what was under way, and what came next. */
const BEFORE = 1000
const AFTER = 2000

/** Requests of a measurement, and those of them that were lost. */
export function sums(measured: Measured[]): { requests: number; lost: number } {
  const lost = measured.flatMap((each) => Object.values(each.lost)).reduce(sum, 0)
  return { requests: measured.map(({ good }) => good).reduce(sum, 0) + lost, lost }
}

/** Markdown: a row a load, latencies in milliseconds. */
export function table({ measured, swaps }: ReleaseBench): string {
  const head = 'outside swaps: p50 / p90 / p99 / max, ms | inside'
  const rows = measured.map(({ what, good, lost, samples, percentiles }) => {
    const inside = (began: number) =>
      swaps.some((swap) => began > swap - BEFORE && began < swap + AFTER)
    const cells = samples
      ? [false, true].map((wanted) =>
          cell(samples.filter(({ began }) => inside(began) === wanted).map(({ took }) => took)),
        )
      : [percentiles ? `${shown(Object.values(percentiles))} (all)` : '', '']
    const bad = Object.entries(lost).map(([kind, count]) => `${count} ${kind}`)
    return `| ${what} | ${good} | ${bad.join(', ') || 0} | ${cells.join(' | ')} |`
  })
  return [`| load | good | lost | ${head} |`, '|---|---:|---:|---:|---:|', ...rows].join('\n')
}

function cell(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
  return shown([at(0.5), at(0.9), at(0.99), at(1)])
}

const shown = (times: number[]) => times.map((time) => time.toFixed(time < 10 ? 1 : 0)).join(' / ')
const sum = (a: number, b: number) => a + b
