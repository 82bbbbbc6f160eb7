import { median } from '../measure.ts'

/** A line of machine/writes.py: one run of pgbench. */
export interface Writes {
  round: number
  /** `TPC-B-like` or `single rows`. */
  what: string
  archiving: boolean
  /** Of the log, handed on meanwhile. */
  segments: number
  /** Transactions a second, and milliseconds that one takes on the average. */
  rate: number
  latency: number
  failed: number
  seconds: number
  clients: number
}

/** Markdown: a row a script with archiving on and off, the least and the most of the rounds in brackets. */
export function writesTable(runs: Writes[]): string {
  const groups = Map.groupBy(runs, ({ what, archiving }) => `${what}\t${archiving ? 'on' : 'off'}`)
  const rows = [...groups].map(([name, group]) => {
    const rates = group.map(({ rate }) => rate)
    const segments = group.map((one) => one.segments).reduce((a, b) => a + b, 0)
    const latency = median(group.map((one) => one.latency)).toFixed(1)
    return `| ${name.replace('\t', ' | ')} | ${cell(rates)} | ${latency} | ${segments} |`
  })
  const ratios = [...new Set(runs.map(({ what }) => what))].map((what) => {
    const of = (archiving: boolean) =>
      median(
        runs
          .filter((one) => one.what === what && one.archiving === archiving)
          .map((one) => one.rate),
      )
    return `${what}: ${(of(true) / of(false)).toFixed(2)} of the rate with archiving`
  })
  return [
    '| transactions | archiving | a second: median (least-most) | ms each | segments handed on |',
    '|---|---|---|---:|---:|',
    ...rows.toSorted(),
    '',
    ...ratios,
  ].join('\n')
}

function cell(numbers: number[]): string {
  const shown = [median(numbers), Math.min(...numbers), Math.max(...numbers)].map((number) =>
    number.toFixed(number < 10 ? 1 : 0),
  )
  return `${shown[0]} (${shown[1]}-${shown[2]})`
}
