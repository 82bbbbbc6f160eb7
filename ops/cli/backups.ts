import { visible } from '../report/visible.ts'
import { ask } from './login.ts'

/** A backup as its host tells of it (`/usr/lib/padlock/backup show`); times are UTC. */
export interface Backup {
  /** `database bucket`, `files volume`, the `log of the database`, and `room on the volume` that is short. */
  what: string
  /** `none` while the first night is still to come; `late`: older than 26 hours; `full`: nearly so. */
  state: 'good' | 'none' | 'failed' | 'late' | 'full'
  /** The last one that was made, and the last one that failed since. */
  last: string | null
  failed: string | null
  problem: string | null
}

/** What the host says of its backups, and which of it is wrong, a line each; `found` where it answers. */
export async function backups(
  stack: string,
  outputs: Record<string, string>,
): Promise<{ text: string; wrong: string[]; found?: Backup[] }> {
  try {
    const { code, stdout, stderr } = await ask(stack, outputs, ['backup', 'show'])
    if (code !== 0) throw new Error(stderr.trim())
    const found: Backup[] = JSON.parse(stdout).backups
    return { text: told(found), wrong: wrongOf(found), found }
  } catch (error) {
    const words = `not known: ${(error as Error).message}`
    return { text: `  ${words}`, wrong: [`backups: ${words}`] }
  }
}

/** What failed or is late, a line each; empty where all is well. */
export const wrongOf = (found: Backup[], now = Date.now()): string[] =>
  found
    .filter(({ state }) => ['failed', 'late', 'full'].includes(state))
    .map((one) =>
      [`backup: ${one.what} ${words(one, now)}`, ...why(one).map((line) => line.trim())].join('; '),
    )

const HOUR_MS = 3_600_000

/** Backups for a terminal: what and where, the last one, and what is wrong. */
export function told(found: Backup[], now = Date.now()): string {
  const width = Math.max(...found.map(({ what }) => what.length))
  return found
    .flatMap((one) => [`  ${one.what.padEnd(width)}  ${words(one, now)}`, ...why(one)])
    .join('\n')
}

function words({ state, last }: Backup, now: number): string {
  if (state === 'full') return 'nearly full'
  if (!last) return state === 'late' ? 'none for 26 hours' : 'none yet'
  const when = `${minute(last)} (${Math.floor((now - Date.parse(last)) / HOUR_MS)} hours ago)`
  if (state === 'late') return `${when}, older than 26 hours`
  return state === 'failed' ? `${when}, and failed since` : when
}

function why({ state, failed, problem }: Backup): string[] {
  if (!problem) return []
  if (state === 'full') return [`    ${visible(problem)}`]
  return [`    failed${failed ? ` at ${minute(failed)}` : ''}: ${visible(problem)}`]
}

/** `2026-11-28 09:00Z` */
const minute = (when: string) => `${when.slice(0, 16).replace('T', ' ')}Z`
