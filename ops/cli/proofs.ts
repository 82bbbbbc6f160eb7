import { lastCopy } from '../backups/last-copy.ts'
import { type LastDrill, lastDrill } from '../backups/last-drill.ts'
import { openedIn, secretOutputs } from '../backups/source.ts'
import { visible } from '../report/visible.ts'

/** What the buckets tell of drills and copies; an Error where one cannot be read. */
export interface Proofs {
  drill: LastDrill | 'unsigned' | undefined | Error
  /** Absent for a stack without a second bucket. */
  copy?: { at: Date | undefined | Error }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** restore-drill.yml runs once a month. */
const DRILL_DAYS = 35
/** backup.yml runs once a day; as late as a backup may be. */
const COPY_HOURS = 26

/** Asks the buckets of a stack; its host is not asked, as what proves its backups is not its own. */
export const proofsOf = (stack: string): Promise<Proofs> =>
  asked(stack).catch((drill: Error) => ({ drill }))

async function asked(stack: string): Promise<Proofs> {
  const outputs = await secretOutputs(stack)
  const { source } = openedIn(outputs, stack, 'reader')
  const drill = await lastDrill(source, source.secret).catch((error: Error) => error)
  if (outputs.backupCopyAccess === undefined) return { drill }
  const place = openedIn(outputs, stack, 'copy').source
  return { drill, copy: { at: await lastCopy(place).catch((error: Error) => error) } }
}

/** Rows for a terminal, and what is wrong, a line each. */
export function proofs(
  stack: string,
  { drill, copy }: Proofs,
  now = Date.now(),
): { text: string; wrong: string[] } {
  const all = [
    { what: 'last drill', short: 'drill', ...ofDrill(stack, drill, now) },
    ...(copy ? [{ what: 'last copy', short: 'copy', ...ofCopy(stack, copy.at, now) }] : []),
  ]
  return {
    text: all.map(({ what, words }) => `  ${what.padEnd(10)}  ${words}`).join('\n'),
    wrong: all.filter(({ isWrong }) => isWrong).map(({ short, words }) => `${short}: ${words}`),
  }
}

interface Judged {
  words: string
  isWrong: boolean
}

function ofDrill(stack: string, drill: Proofs['drill'], now: number): Judged {
  const run = `./padlock restore --drill --stack ${stack}`
  if (drill instanceof Error) return unknown(drill)
  if (drill === undefined) return { words: `none yet: ${run}`, isWrong: false }
  if (drill === 'unsigned') {
    const words = `not known: what the bucket tells of it is not signed by this stack. Its key that reads was changed since, or somebody else wrote it: ${run}`
    return { words, isWrong: true }
  }
  const days = Math.floor((now - drill.at.getTime()) / DAY_MS)
  const words = `${minute(drill.at)} (${days} days ago), from ${visible(drill.from)}`
  if (now - drill.at.getTime() <= DRILL_DAYS * DAY_MS) return { words, isWrong: false }
  return { words: `${words}, older than ${DRILL_DAYS} days: ${run}`, isWrong: true }
}

function ofCopy(stack: string, at: Date | undefined | Error, now: number): Judged {
  const run = `./padlock backup copy --stack ${stack}`
  if (at instanceof Error) return unknown(at)
  if (at === undefined) return { words: `none yet: ${run}`, isWrong: false }
  const words = `${minute(at)} (${Math.floor((now - at.getTime()) / HOUR_MS)} hours ago)`
  if (now - at.getTime() <= COPY_HOURS * HOUR_MS) return { words, isWrong: false }
  return { words: `${words}, older than ${COPY_HOURS} hours: ${run}`, isWrong: true }
}

const unknown = ({ message }: Error): Judged => ({ words: `not known: ${message}`, isWrong: true })

/** `2026-11-28 09:00Z` */
const minute = (when: Date) => `${when.toISOString().slice(0, 16).replace('T', ' ')}Z`
