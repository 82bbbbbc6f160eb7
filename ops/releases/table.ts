import type { Listed } from './listing.ts'

const HEAD = ['RELEASE', 'RELEASED', 'COMMIT', 'BY', 'STATE']

/** The releases for a terminal, one a line. */
export function table(releases: Listed[]): string {
  const rows = [HEAD, ...releases.map(row)]
  const widths = HEAD.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

function row({ release, when, commit, by, state, rolledBack, replicas }: Listed): string[] {
  const back = rolledBack ? `, rolled back ${minute(rolledBack.when)} by ${rolledBack.by}` : ''
  const many = replicas ? `, ${replicas.running} of ${replicas.wanted} replicas run` : ''
  return [release, when ? minute(when) : 'unknown', short(commit), by, `${state}${many}${back}`]
}

/** `2026-11-28 09:00Z` */
const minute = (when: string) => `${when.slice(0, 16).replace('T', ' ')}Z`

/** Twelve digits are enough; `-dirty` stays. */
const short = (commit: string) => commit.replace(/^([0-9a-f]{12})[0-9a-f]*/, '$1')
