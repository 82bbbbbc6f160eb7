import { median } from '../measure.ts'
import { fromWrk } from '../release/load.ts'

/** A line of machine/load.py: one set-up loaded once. */
export interface Load {
  round: number
  setup: string
  path: string
  /** What wrk says. */
  wrk: string
  /** Seconds of processor time by the name of programs. */
  processor: Record<string, number>
}

interface Row {
  setup: string
  rates: number[]
  p50: number[]
  p99: number[]
  lost: number
  /** Processor time of a request by program, ms. */
  spent: [string, number][]
}

/** Programs that serve; the rest of a machine is nobody's. */
const SERVES = /^(caddy|nginx|apache2|gunicorn|python3?|conmon|systemd-journal)/

/**
 * Markdown for one page: a row a set-up, the least and the most of the rounds in brackets, and whether
 * padlock reaches the best of the others.
 */
export function loadTable(loads: Load[], path: string): string {
  const rows = rowsOf(loads, path)
  const ours = rows.find(({ setup }) => setup === 'padlock')
  const others = rows.filter((row) => row !== ours)
  if (!ours || others.length === 0) throw new Error(`nothing was measured at ${path}`)
  const cells = rows.map(
    ({ setup, rates, p50, p99, lost, spent }) =>
      `| ${setup} | ${cell(rates)} | ${cell(p50)} | ${cell(p99)} | ${lost} | ${shares(spent)} |`,
  )
  const best = Math.max(...others.map(({ rates }) => median(rates)))
  const quickest = Math.min(...others.map(({ p99 }) => median(p99)))
  return [
    `| \`${path}\` | requests/s: median (least-most) | p50, ms | p99, ms | lost | processor ms a request |`,
    '|---|---|---|---|---:|---|',
    ...cells,
    '',
    `padlock: ${(median(ours.rates) / best).toFixed(2)} of the best throughput,`,
    `${(quickest / median(ours.p99)).toFixed(2)} of the best p99 (1 is as good, more is better)`,
  ].join('\n')
}

function rowsOf(loads: Load[], path: string): Row[] {
  const groups = Map.groupBy(
    loads.filter((load) => load.path === path),
    ({ setup }) => setup,
  )
  return [...groups].map(([setup, all]) => {
    const measured = all.map(({ wrk }) => ({ ...fromWrk(wrk), rate: rateOf(wrk) }))
    const requests = measured.map(({ good }) => good).reduce((a, b) => a + b, 0)
    const spent = new Map<string, number>()
    for (const { processor } of all) {
      for (const [name, seconds] of Object.entries(processor)) {
        const program = SERVES.exec(name)?.[1]
        if (program) spent.set(program, (spent.get(program) ?? 0) + seconds)
      }
    }
    return {
      setup,
      rates: measured.map(({ rate }) => rate),
      p50: measured.map(({ percentiles }) => percentiles!.p50),
      p99: measured.map(({ percentiles }) => percentiles!.p99),
      lost: measured.flatMap(({ lost }) => Object.values(lost)).reduce((a, b) => a + b, 0),
      spent: [...spent].map(([name, seconds]) => [name, (seconds * 1000) / requests]),
    }
  })
}

function rateOf(said: string): number {
  const [, rate] = /Requests\/sec: +([\d.]+)/.exec(said) ?? []
  if (rate === undefined) throw new Error(`wrk says:\n${said}`)
  return Number(rate)
}

function cell(numbers: number[]): string {
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)].map(
    (number) => number.toFixed(number < 10 ? 1 : 0),
  )
  return `${middle} (${least}-${most})`
}

/** What takes a fiftieth or less is left out. */
function shares(spent: [string, number][]): string {
  const all = spent.reduce((sum, [, ms]) => sum + ms, 0)
  const large = spent.filter(([, ms]) => ms > all / 50).toSorted(([, a], [, b]) => b - a)
  const parts = large.map(([name, ms]) => `${name} ${ms.toFixed(2)}`)
  return `${all.toFixed(2)}: ${parts.join(', ')}`
}
