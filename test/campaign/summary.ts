import type { Met, Outcome } from './run.ts'

/** One line of a run, and below it why it failed, if it did. */
export function line({ seed, steps, finish, removed, seconds, failure }: Outcome): string {
  const told = steps.map(step).join(', ')
  const end = failure === undefined ? `${finish}: nothing left, ${removed} removed` : 'FAILED'
  const text = `seed ${seed}: ${told}; ${end}, ${seconds.toFixed(0)} s`
  return failure === undefined ? text : `${text}\n${failure.replace(/^/gm, '    ')}`
}

function step({ command, code, lines, pending, faults, seconds }: Met): string {
  const halfway = pending.length > 0 ? `, ${pending.length} pending` : ''
  const way = code === null ? 'killed after' : code === 0 ? 'ok with' : 'fails after'
  const end = `${way} ${lines} lines${halfway}`
  const met = faults > 0 ? `, ${faults} faults` : ''
  return `${command} ${end} (${seconds.toFixed(0)} s${met})`
}

/** What the runs came to. */
export function summary(outcomes: Outcome[], minutes: number): string {
  const steps = outcomes.flatMap((outcome) => outcome.steps)
  const killed = steps.filter(({ code }) => code === null)
  const pending = killed.filter((step) => step.pending.length > 0)
  const faults = steps.reduce((sum, step) => sum + step.faults, 0)
  const met = steps.filter((step) => step.faults > 0)
  const failed = outcomes.filter(({ failure }) => failure !== undefined)
  return [
    `${outcomes.length} runs, ${failed.length} failed; median ${median(outcomes.map(({ seconds }) => seconds)).toFixed(0)} s a run, ${minutes.toFixed(1)} min in all`,
    `${steps.length} steps: ${steps.filter(({ code }) => code === 0).length} ended well, ${steps.filter(({ code }) => code !== null && code > 0).length} failed, ${killed.length} were killed (${pending.length} of them with operations begun and not ended)`,
    `${faults} requests met a fault, in ${met.length} steps`,
    ...(failed.length > 0
      ? [
          `failed seeds: ${failed.map(({ seed }) => seed).join(', ')}; repeat one: --runs 1 --seed N`,
        ]
      : []),
  ].join('\n')
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
