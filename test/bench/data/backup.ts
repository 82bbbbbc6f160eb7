/** A line of machine/backup.py. */
export interface Step {
  step: string
  seconds: number
  /** Of the database. */
  bytes: number
  /** Added to the place that got it. */
  stored?: number
}

/** Markdown: a row a step, with what passes a second of the database's size. */
export function stepsTable(steps: Step[]): string {
  const rows = steps.map(({ step, seconds, bytes, stored }) => {
    const megabytes = bytes / 1e6
    const kept = stored === undefined ? '' : (stored / 1e6).toFixed(0)
    const all = /^(fill|full|restore)/.test(step)
    const rate = all ? (megabytes / seconds).toFixed(1) : ''
    return `| ${step} | ${seconds.toFixed(1)} | ${megabytes.toFixed(0)} | ${kept} | ${rate} |`
  })
  return [
    '| step | s | database, MB | stored, MB | MB/s |',
    '|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}
