import { median } from '../measure.ts'

/** What machine/kills.py prints. */
export interface Kills {
  kills: number
  writers: number
  /** Rows that writers asked for, and those that they were told of. */
  sent: number
  acknowledged: number
  /** In the table at the end, and those of them whose content is not what was sent. */
  rows: number
  half: number
  /** Numbers that were acknowledged and are not there. */
  lost: number[]
  /** From each kill until the server takes connections, seconds. */
  recoveries: number[]
  /** Under load, all lives of the server together. */
  seconds: number
}

/** Markdown. */
export function killsTable(found: Kills): string {
  const { kills, writers, acknowledged, rows, half, lost, recoveries, seconds } = found
  const back = `${median(recoveries).toFixed(1)} (${Math.min(...recoveries).toFixed(1)}-${Math.max(...recoveries).toFixed(1)})`
  return [
    '| kills | writers | acknowledged | a second | **lost** | half | there without an answer | back after, s: median (least-most) |',
    '|---:|---:|---:|---:|---:|---:|---:|---|',
    `| ${kills} | ${writers} | ${acknowledged} | ${(acknowledged / seconds).toFixed(0)} | **${lost.length}** | ${half} | ${rows - acknowledged + lost.length} | ${back} |`,
  ].join('\n')
}

/** All that is acknowledged is there, and nothing else that was never sent. */
export const killsAreGood = ({ lost, half, rows, sent, acknowledged }: Kills): boolean =>
  lost.length === 0 && half === 0 && rows <= sent && acknowledged > 0
