import type { Item } from '../environments/receipt.ts'
import { tooOld } from './drill-age.ts'
import type { Restored, RestoredPart } from './restore.ts'

/** What a host finds in its database (`/usr/lib/padlock/database verify`). */
export interface FoundRows {
  /** Of PostgreSQL. */
  version: string
  /** On the disk. */
  bytes: number
  tables: { name: string; rows: number }[]
  /** Of all tables. */
  rows: number
  /** SHA-256, hex: the same wherever the same rows are. */
  hash: string
}

/** What a host finds of the app's files on its volume (`/usr/lib/padlock/content`). */
export interface FoundFiles {
  files: number
  bytes: number
  /** SHA-256, hex, of paths, kinds, modes and bytes. */
  hash: string
}

/** What a drill does, each on the throw-away environment; one that fails throws. */
export interface DrillSteps {
  up(): Promise<void>
  /** Takes the app away: it must neither show the rows nor act on them. */
  retire(): Promise<void>
  restore(): Promise<Restored>
  checkDatabase(): Promise<FoundRows>
  checkFiles(): Promise<FoundFiles>
  /** @returns what is left of it */
  down(): Promise<Item[]>
}

export type DrillStep = 'up' | 'retire' | 'restore' | 'check' | 'down'

/** What came of a drill. */
export interface DrillReceipt {
  /** Whose backup was restored. */
  stack: string
  /** `fra1.digitaloceanspaces.com/BUCKET` */
  from: string
  /** What it was restored to, which is gone by now unless `left` says otherwise. */
  environment: string
  /** ISO 8601. */
  startedAt: string
  endedAt: string
  seconds: number
  /** Those that were begun, in order. */
  steps: { step: DrillStep; seconds: number }[]
  /** What was restored, and what was found in it; absent where it did not come to that. */
  database?: RestoredPart & FoundRows
  files?: RestoredPart & FoundFiles
  /** Empty, or the drill has failed. */
  problems: string[]
  /** What of the environment is still in the accounts. */
  left: Item[]
}

export interface DrillOptions {
  stack: string
  from: string
  environment: string
  /** What must have been restored. */
  database: boolean
  files: boolean
  /** Is it one of the two, whichever was restored? */
  either?: boolean
  /** No moment and no label was asked for: what comes must be new. */
  newest: boolean
  /** From the copy in a second region. */
  copy: boolean
  /** Ends the drill before its next step; the environment is torn down all the same. */
  stop?: AbortSignal
  /** Is told what is done next. */
  say?: (line: string) => void
}

const SAID: Record<DrillStep, (environment: string) => string> = {
  up: (environment) => `brings up ${environment}`,
  retire: () => 'takes the app away from it',
  restore: () => 'restores the backup',
  check: () => 'reads all that was restored',
  down: (environment) => `tears ${environment} down`,
}

/**
 * Restores a backup to a throw-away environment, reads all of it there, and tears the environment
 * down, whatever has failed before. Never throws: what failed stands in the receipt.
 */
export async function drill(steps: DrillSteps, options: DrillOptions): Promise<DrillReceipt> {
  const { stack, from, environment, stop, say = () => {} } = options
  const started = Date.now()
  const receipt: Omit<DrillReceipt, 'endedAt' | 'seconds'> = {
    ...{ stack, from, environment, startedAt: new Date(started).toISOString() },
    ...{ steps: [], problems: [], left: [] },
  }
  const timed = async <T>(step: DrillStep, work: () => Promise<T>): Promise<T> => {
    say(SAID[step](environment))
    const began = Date.now()
    try {
      return await work()
    } finally {
      receipt.steps.push({ step, seconds: tenths(Date.now() - began) })
    }
  }
  const next = <T>(step: DrillStep, work: () => Promise<T>): Promise<T> => {
    if (stop?.aborted) throw new Error(`it was interrupted before the step ${step}`)
    return timed(step, work)
  }
  try {
    await next('up', steps.up)
    await next('retire', steps.retire)
    const restored = await next('restore', steps.restore)
    receipt.problems.push(...restored.problems, ...aged(restored, options, started))
    const looked = options.either
      ? { database: restored.database !== undefined, files: restored.files !== undefined }
      : options
    await next('check', () => check(steps, looked, restored, receipt))
  } catch (error) {
    receipt.problems.push((error as Error).message)
  }
  try {
    receipt.left = await timed('down', steps.down)
  } catch (error) {
    receipt.problems.push(`${environment} is not torn down: ${(error as Error).message}`)
    receipt.left = [{ kind: 'stack', name: environment, id: environment }]
  }
  const ended = Date.now()
  return { ...receipt, endedAt: new Date(ended).toISOString(), seconds: tenths(ended - started) }
}

function aged(restored: Restored, options: DrillOptions, at: number): string[] {
  if (!options.newest) return []
  return (['database', 'files'] as const).flatMap((what) => {
    const part = options[what] ? restored[what] : undefined
    return (part && tooOld(what, part, options, at)) ?? []
  })
}

/** Each by itself: a damaged database does not keep the files from being looked at. */
async function check(
  steps: DrillSteps,
  { database, files }: Pick<DrillOptions, 'database' | 'files'>,
  restored: Restored,
  receipt: Pick<DrillReceipt, 'database' | 'files' | 'problems'>,
): Promise<void> {
  const checks = [
    database && (async () => checkDatabase(steps, restored, receipt)),
    files && (async () => checkFiles(steps, restored, receipt)),
  ]
  for (const one of checks) {
    if (!one) continue
    try {
      await one()
    } catch (error) {
      receipt.problems.push((error as Error).message)
    }
  }
}

async function checkDatabase(
  steps: DrillSteps,
  { database }: Restored,
  receipt: Pick<DrillReceipt, 'database' | 'problems'>,
): Promise<void> {
  if (!database) throw new Error('no database was restored')
  receipt.database = { ...database, ...(await steps.checkDatabase()) }
  // A server that is empty starts as well.
  if (receipt.database.tables.length === 0) {
    receipt.problems.push('the restored database has no table, so this drill shows nothing of it')
  }
}

async function checkFiles(
  steps: DrillSteps,
  { files }: Restored,
  receipt: Pick<DrillReceipt, 'files'>,
): Promise<void> {
  if (!files) throw new Error('no files were restored')
  receipt.files = { ...files, ...(await steps.checkFiles()) }
}

export const succeeded = ({ problems, left }: DrillReceipt): boolean =>
  problems.length === 0 && left.length === 0

const tenths = (milliseconds: number) => Math.round(milliseconds / 100) / 10
