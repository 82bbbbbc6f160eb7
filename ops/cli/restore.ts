import { parseArgs } from 'node:util'
import { momentIn } from '../backups/moment.ts'
import { orderedOf } from '../backups/ordered.ts'
import {
  DATABASE_LABEL,
  FILES_LABEL,
  type Restored,
  type RestoredPart,
  restoreStack,
} from '../backups/restore.ts'
import { type Source, sourceIn, sourceOf, WRITING_KEY } from '../backups/source.ts'
import { stateOf } from '../engine/state.ts'
import { duration } from '../environments/duration.ts'
import { confirmed } from './confirmed.ts'
import { chosenStack } from './login.ts'
import { runDrill } from './restore-drill.ts'

/** A drill that was killed has left what is there for so long at most. */
const TTL = '4h'

export const help = `padlock restore [--at TIME | --backup LABEL] [--stack NAME | --from FILE] [--to STACK]
                [--yes] [--no-backup]
padlock restore --drill [--at TIME | --backup LABEL] [--stack NAME] [--copy]
                [--ttl ${TTL}] [--json]

Restores the database and the app's files of a stack from its backups: into the stack itself, or into
another one. The host makes a last backup, restores beside what runs, has PostgreSQL prove it, and ends
the app for the swap alone; until then nothing has changed, and a restore that fails leaves all as it
was. It goes on without this program, and, with a word, without a last backup that fails. What was
replaced stays on the volume until the next backup by night or by hand succeeds, or another restore
begins. The volume must have room for both, or nothing is begun.

Of a managed database it is a dump: the host makes a database beside the app's in the cluster, whose
owner's password it gets for that alone, and the two change names. What was replaced stays there, as
app_former, until the next restore. A dump goes into a stack with a database on the host too, where
app_former is postgres's, and stays until the next backup.

  --at TIME        as it was at that moment, RFC 3339 with a zone; the files, and a managed database, as
                   of the last snapshot before it. Default: all that was handed on
  --backup LABEL   one backup, as ./padlock backup list has it: of the database (a dump of a managed one),
                   or of the files
  --stack NAME     whose backups. Default: those of --to, or else of the stack that is selected
  --from FILE      whose backups, where there is no such stack any more: its output backupAccess, kept
                   outside of it in a file that nobody else may read (JSON or YAML)
  --to STACK       into which stack. Default: the one whose backups they are
  --yes            without the question, which needs a terminal
  --no-backup      without a last backup of what is replaced
  --drill          into an ephemeral environment that is made for it from Pulumi.preview.yaml, loses its
                   app first, and is torn down afterwards: all that was restored is read (pg_amcheck,
                   every row, every file), and a receipt has the rows of each table, a hash, and the
                   seconds of each step. Without --at and --backup it fails where what could be restored is
                   older than 26 hours, of a copy 52; only then ./padlock status counts it
  --copy           a drill from the copy in a second region (backupCopyRegion), and there, in the template's
                   size or the cheapest of that region that is as large
  --ttl TTL        after which a sweep takes the drill's environment, done or not: minutes, hours or
                   days, such as 90m, 24h. More than the drill takes, or it ends in the midst
  --json           of a drill the receipt alone on standard output

The app's code is not restored: where a migration has run since, ./padlock rollback, or release again.

Exit code 0: restored, and of a drill nothing is left. 1: the message says why not, and what is to be
done. 2: a wrong command line. 3: restored, and the app does not answer or lacks its directories, which
the message says.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const option = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args,
    options: {
      ...{ at: option, backup: option, stack: option, from: option, to: option },
      ...{ ttl: option, yes: flag, 'no-backup': flag, drill: flag, copy: flag, json: flag },
    },
  })
  const wrong = conflict(values)
  if (wrong) {
    console.error(`padlock restore: ${wrong}\n\n${help}`)
    return 2
  }
  const at = values.at === undefined ? undefined : momentIn(values.at)
  if (values.drill) {
    const { backup: label, copy, json } = values
    const ttl = duration(values.ttl ?? TTL)
    return runDrill(await chosenStack(values.stack), { at, label, copy, ttl, json })
  }
  // Never the selected one's into another that is named alone.
  const own = values.from ? undefined : await chosenStack(values.stack ?? values.to)
  const to = values.to ?? own ?? ''
  const from = await placeOf(values.from, own, to)
  if (!(values.yes || (await agreed(to, at, values.backup, own ?? values.from ?? '')))) {
    console.error('nothing was changed')
    return 1
  }
  const tell = (line: string) => console.error(line)
  const backUpBefore = !values['no-backup']
  const other = own !== undefined && own !== to
  const ordered = other ? orderedOf(await stateOf(own, {})) : undefined
  const hasRows = ordered?.managed || ordered?.database
  const dump = hasRows ? ordered?.managed : undefined
  const restored = await restoreStack({
    ...{ from, to, at, label: values.backup, dump, backUpBefore, tell },
  })
  console.log(described(to, restored))
  return codeOf(restored)
}

/** The exit code. */
export const codeOf = ({ appReady }: Pick<Restored, 'appReady'>) => (appReady === false ? 3 : 0)

interface Values {
  at?: string | undefined
  backup?: string | undefined
  stack?: string | undefined
  from?: string | undefined
  to?: string | undefined
  yes?: boolean | undefined
  'no-backup'?: boolean | undefined
  drill?: boolean | undefined
  copy?: boolean | undefined
  json?: boolean | undefined
  ttl?: string | undefined
}

/** What cannot be said together, or at all. */
export function conflict(values: Values): string | undefined {
  const { at, backup, stack, from, to, yes, drill, copy, json, ttl } = values
  if (drill && (from !== undefined || to !== undefined || yes || values['no-backup'])) {
    return '--drill restores a stack of this backend to an environment of its own, and asks nothing: without --from, --to, --yes and --no-backup'
  }
  const ofDrill = Object.entries({ json, copy, ttl }).find(([, value]) => value)
  if (ofDrill && !drill) return `--${ofDrill[0]} is of --drill alone`
  if (at !== undefined && backup !== undefined) return '--at or --backup, not both'
  if (stack !== undefined && from !== undefined) return '--stack or --from, not both'
  if (from !== undefined && to === undefined) return '--from needs --to: into which stack?'
  if (backup !== undefined && !DATABASE_LABEL.test(backup) && !FILES_LABEL.test(backup)) {
    return `--backup ${backup} is no label; ./padlock backup list has them`
  }
  return undefined
}

async function placeOf(
  file: string | undefined,
  own: string | undefined,
  to: string,
): Promise<Source | 'own'> {
  if (file !== undefined) return sourceIn(file)
  if (own === undefined || own === to) return 'own'
  const { source, writes } = await sourceOf(own, 'reader')
  if (writes) console.error(WRITING_KEY)
  return source
}

/** @throws Error where nobody can be asked */
async function agreed(
  to: string,
  at: string | undefined,
  label: string | undefined,
  from: string,
): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new Error(
      `what ${to} has now is replaced, and without a terminal nobody can be asked. Fix: --yes`,
    )
  }
  console.error(question(to, at, label, from))
  return confirmed(`Type the name of the stack to go on (${to}): `, to)
}

export function question(
  to: string,
  at: string | undefined,
  label: string | undefined,
  from: string,
): string {
  const what = label ? `backup ${label}` : at ? `the state of ${at}` : 'the newest state'
  const lost =
    from === to
      ? `Whatever was written ${label ? 'after it' : at ? 'after that moment' : 'while it is restored'} is lost.`
      : `Whatever ${to} has now is lost.`
  return `${what} from the backups of ${from} replaces what ${to} has. ${lost}`
}

export function described(stack: string, restored: Restored): string {
  const { database, files, former, seconds, downSeconds, problems } = restored
  return [
    ...part('database', database),
    ...part('files', files),
    `${stack} is restored, after ${seconds.toFixed(1)} s, of which ${downSeconds.toFixed(1)} s without service`,
    ...(former
      ? [
          `what was replaced is the database ${former.name} beside it, until the next ${former.kind === 'local' ? 'backup that succeeds' : 'restore'}`,
        ]
      : []),
    ...problems.map((problem) => `but ${problem}`),
  ].join('\n')
}

const part = (what: string, found: RestoredPart | undefined): string[] =>
  found
    ? [
        `${what}: as of ${found.until ?? 'the end of its log'}, from backup ${found.label} (${found.seconds.toFixed(1)} s)`,
        ...(found.passedOver ?? []).map((one) => `${what}: not ${one}`),
      ]
    : []
