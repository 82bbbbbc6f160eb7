import { type Failure, startTraffic } from '../../e2e/traffic.ts'
import { median } from '../measure.ts'
import type { Deployed } from './machine.ts'
import type { Result } from './parts.ts'

/** Visitors one after the other within the quarter of a second that each waits. */
const VISITORS = 4
const STEP_MS = 60

/** What visitors saw of one hand-over. */
export interface HandOver {
  sent: number
  failed: Failure[]
  /** The longest time without a good answer, of the visitor that had the shortest, seconds. */
  gap: number
  /** Of the whole update. */
  seconds: number
}

/** The droplet is replaced so often, and the volume goes from one to the next. */
export async function handOvers({ sandbox, stack }: Deployed, rounds: number): Promise<Result> {
  const found: HandOver[] = []
  for (let round = 0; round < rounds; round++) {
    const { url, ip } = await stack.outputs()
    const [before] = await sandbox.droplets()
    const { urn } = (await stack.state()).find(({ type }: { type: string }) =>
      type.endsWith(':Droplet'),
    )
    const visitors = []
    for (let one = 0; one < VISITORS; one++) {
      visitors.push(startTraffic(url!, ip!, sandbox.file.ca))
      await new Promise((done) => setTimeout(done, STEP_MS))
    }
    const ran = await stack.run(`up --yes --skip-preview --replace ${urn}`)
    const told = await Promise.all(visitors.map((visitor) => visitor.stop()))
    if (ran.code !== 0) throw new Error(ran.output)
    const [after, ...others] = await sandbox.droplets()
    if (others.length > 0 || after.id === before.id) throw new Error('no droplet was replaced')
    found.push({
      sent: told.map(({ sent }) => sent).reduce((a, b) => a + b, 0),
      failed: told.flatMap(({ failed }) => failed),
      gap: Math.min(...told.map(({ gap }) => gap)),
      seconds: ran.seconds,
    })
  }
  return { text: handOverTable(found), good: true }
}

/** Markdown: a row a hand-over, and the middle one of them. */
export function handOverTable(found: HandOver[]): string {
  const rows = found.map(({ sent, failed, gap, seconds }, index) => {
    const kinds = [...Map.groupBy(failed, ({ error }) => error)]
    const words = kinds.map(([error, group]) => `${group.length} ${error}`).join(', ') || 'none'
    const cells = [index + 1, seconds.toFixed(0), sent, failed.length, window(failed).toFixed(1)]
    return `| ${[...cells, gap.toFixed(1), words].join(' | ')} |`
  })
  const middle = median(found.map(({ failed }) => window(failed)))
  const gap = median(found.map((one) => one.gap))
  return [
    '| hand-over | update, s | requests | failed | failing for, s | without a good answer for, s | how |',
    '|---:|---:|---:|---:|---:|---:|---|',
    ...rows,
    '',
    `the median: requests fail for ${middle.toFixed(1)} s, and ${gap.toFixed(1)} s pass between good answers`,
  ].join('\n')
}

/** From the begin of the first request that fails to that of the last one, seconds. */
function window(failed: Failure[]): number {
  if (failed.length === 0) return 0
  const began = failed.map((one) => one.began)
  return (Math.max(...began) - Math.min(...began)) / 1000
}
