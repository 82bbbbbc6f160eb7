import { ask, outputsOf } from '../cli/login.ts'

/** One backup: of a database by pgBackRest, or a snapshot of files by restic. */
export interface ListedBackup {
  label: string
  kind: 'full' | 'diff' | 'incr' | 'snapshot'
  /** When it was whole. */
  time: Date
  /** Bytes of the data as it was; none of a snapshot. */
  size?: number
}

/** What there is of one kind of data in one place. */
export interface Listed {
  /** As the host names it: `database`, `database beside` (one that the app does not use), `managed database`, `files`. */
  what: string
  where: 'volume' | 'bucket'
  /** Oldest first. */
  backups: ListedBackup[]
  /** Any moment in between can be restored; only of a database, which has its log. `of`: of which other one. */
  windows: { from: Date; until: Date; of?: string }[]
  /** Parts of that log that are missing: `from`, where it is known, and when moments are whole again, if yet. */
  holes: { from?: Date; until?: Date }[]
  /** Why the place cannot be read. */
  problem?: string
}

/** As the host has it (`/usr/lib/padlock/backup list --json`). */
interface Told {
  what: Listed['what']
  where: Listed['where']
  backups: (
    | { label: string; type: 'full' | 'diff' | 'incr'; stop: number; size: number }
    | { label: string; time: string }
  )[]
  windows?: { from: string; until: string; of: string | null }[]
  holes?: { from: string | null; until: string | null }[]
  /** Of a host whose programs are older. */
  window?: { from: string; until: string } | null
  problem: string | null
}

/**
 * The backups of a stack, in each place.
 * @throws Error if its host cannot tell
 */
export async function listBackups(stack: string): Promise<Listed[]> {
  const words = ['backup', 'list', '--json']
  const { stdout, stderr } = await ask(stack, await outputsOf(stack), words)
  // A place that cannot be read fails the command, and the other one is told all the same.
  if (!stdout.startsWith('[')) throw new Error(stderr.trim() || 'the host says nothing')
  return (JSON.parse(stdout) as Told[]).map(read)
}

export function read({ what, where, backups, problem, ...told }: Told): Listed {
  const windows = told.windows ?? (told.window ? [{ ...told.window, of: null }] : [])
  return {
    ...{ what, where },
    backups: backups.map((one) =>
      'stop' in one
        ? { label: one.label, kind: one.type, time: new Date(one.stop * 1000), size: one.size }
        : { label: one.label, kind: 'snapshot', time: new Date(one.time) },
    ),
    windows: windows.map(({ from, until, of }) => ({
      ...{ from: new Date(from), until: new Date(until) },
      ...(of && { of }),
    })),
    holes: (told.holes ?? []).map(({ from, until }) => ({
      ...(from && { from: new Date(from) }),
      ...(until && { until: new Date(until) }),
    })),
    ...(problem && { problem }),
  }
}
