import { ask, outputsOf } from '../cli/login.ts'
import { intoOf } from './into.ts'
import type { Source } from './source.ts'

/** What came of one kind of data. */
export interface RestoredPart {
  /** Of the backup that it began with. */
  label: string
  /** The moment that it is as of, RFC 3339 in UTC; null where no log tells. */
  until: string | null
  /** From the first byte until it was proven beside the running one. */
  seconds: number
  /** The newer ones that did not come to anything, each with why. */
  passedOver?: string[]
}

/** What a host says at the end of a restore. */
export interface Restored {
  /** Undefined where it was not asked for. */
  database?: RestoredPart
  files?: RestoredPart
  /** The database beside the app's that has what a dump has replaced, in a cluster or on the host. */
  former?: { name: string; kind: 'local' | 'managed' }
  /** All of it, the backup before and those after included. */
  seconds: number
  /** Without the app. */
  downSeconds: number
  /** Does the app answer, on directories as it needs them? A host whose programs are older does not say. */
  appReady?: boolean
  /** What is to be looked at although it is restored, such as a backup afterwards that failed. */
  problems: string[]
}

export interface RestoreOptions {
  /** `own`: of the host that is restored to. */
  from: Source | 'own'
  /** The stack whose host is restored to. */
  to: string
  /** RFC 3339 with its zone. Neither this nor a label: all that there is. */
  at?: string | undefined
  /** Of a backup, as `backup list` has it. */
  label?: string | undefined
  /** Default: what the target backs up, and of a label what it is one of. */
  database?: boolean | undefined
  files?: boolean | undefined
  /**
   * Are the rows dumps of a managed database? Undefined where nobody knows: then the newest of what there
   * is are meant.
   */
  dump?: boolean | undefined
  /** Is a last backup made before? Default: yes, and a failure is told and not fatal. */
  backUpBefore?: boolean | undefined
  /** What the host tells while it works, a line at a time. */
  tell?: ((line: string) => void) | undefined
}

/** Labels of pgBackRest: a full backup, and what is based on it. */
export const DATABASE_LABEL = /^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/
/** Labels of restic's snapshots, of files and of dumps. */
export const FILES_LABEL = /^[0-9a-f]{8,64}$/

/** Are the rows a dump (intoOf)? A snapshot may be one from before a move, whatever its stack has now. */
export function dumpOf({ from, label, dump }: RestoreOptions): boolean | 'own' | undefined {
  if (label !== undefined && FILES_LABEL.test(label)) return undefined
  return from === 'own' ? 'own' : dump
}

/**
 * Restores a stack's database, on its host or managed, and the app's files on its volume. The running
 * ones stay until the restored ones are proven beside them.
 * @throws Error that says why not; then nothing was changed, or it says what was
 */
export async function restoreStack(options: RestoreOptions): Promise<Restored> {
  const { from, to, at, label, tell } = options
  const outputs = await outputsOf(to)
  const into = await intoOf(to, dumpOf(options), label !== undefined)
  const order = {
    source: from === 'own' ? null : from,
    at: at ?? null,
    label: label ?? null,
    ...(options.database !== undefined && { database: options.database }),
    ...(options.files !== undefined && { files: options.files }),
    // A host whose programs are older knows neither, and needs none of them.
    ...(options.dump && { dump: true }),
    ...(into && { into }),
    backUpBefore: options.backUpBefore ?? true,
  }
  const words = ['backup', 'restore']
  const asked = ask(to, outputs, words, JSON.stringify(order), tell)
  const { code, stdout, stderr } = await asked.catch((error: Error) => {
    if (outputs.backups !== undefined || !error.message.includes(' has no backup:')) throw error
    throw new Error(
      `the host of ${to} has no programs that restore. Fix: pulumi config set backups spaces --stack ${to}, or restorable true for a stack that makes no backups, and pulumi up`,
    )
  })
  if (code !== 0) {
    const said = stderr.trim() || `the host of ${to} ended with exit ${code}`
    const older = /of the order must be left out: they are not known/.test(said)
    throw new Error(
      older ? `${said}: its software is older than this program. Fix: pulumi up` : said,
    )
  }
  const { database, files, former, ...rest } = JSON.parse(stdout)
  return {
    ...rest,
    ...(database && { database }),
    ...(files && { files }),
    ...(former && { former }),
  }
}
