import { parseArgs } from 'node:util'
import { VERSION_DAYS } from '../../../config/backups/versions.ts'
import { momentIn } from '../../backups/moment.ts'
import { type Rewound, rewind } from '../../backups/rewind.ts'
import { openedIn, type Source, secretOutputs, sourceIn } from '../../backups/source.ts'
import { visible } from '../../report/visible.ts'
import { chosenStack } from '../login.ts'

export const help = `padlock backup rewind --at TIME [--stack NAME | --from FILE] [--kept-days N]
                      [--remove-later]

Has the bucket of a stack's backups (default: the stack that is selected) as it was at a moment,
after somebody has removed or overwritten what is in it: a bucket with versions keeps that for a
while. Each object gets its version of that moment again, and what has come since stays. But where a
repository was begun anew since, the keys, indexes and snapshots of restic's and the manifests of
pgBackRest's get the mark of a removal: beside them the one of then does not open, or takes no backup.
No version is deleted. Change the key that the intruder had first.

  --at TIME      such as 2026-11-29T03:00:00Z, and not before the time for which versions are kept
  --from FILE    the place of the backups in a file (the output backupAccess), for a stack whose
                 state is gone, or for the copy of the backups (docs/backups.md has the line)
  --remove-later what has come since gets the mark of a removal, backups too: where somebody has put
                 there what ends a backup, or the log's archiving. PostgreSQL's log has a gap from
                 then until the next backup, so restore to that moment afterwards, or ./padlock
                 backup now
  --kept-days N  for how many days the bucket keeps a version after it was replaced. Default: 30,
                 as the stack's own and those of docs/backups.md; a copy's are kept for 90

Nothing tells of what was removed without the mark of a removal, version by version: ./padlock
restore --drill proves that what is there can be restored.

Exit code 0: all that there is a version of is as it was. 1: it is not, the message says why; run it
again. 2: a wrong command line, or a moment that is too long ago: nothing was changed. 3: as 0, and
of some objects it is told that no version of then is left.`

/** Of objects that nothing brings back. */
const LOST = 3
const DAY_MS = 24 * 3_600_000

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: {
      ...{ at: text, stack: text, from: text, 'kept-days': text },
      'remove-later': { type: 'boolean', default: false },
    },
  })
  if (values.at === undefined) {
    console.error('--at is missing: the moment before the damage, such as 2026-11-29T03:00:00Z')
    return 2
  }
  let at: Date
  try {
    at = new Date(momentIn(values.at))
  } catch (error) {
    console.error((error as Error).message)
    return 2
  }
  if (values.stack !== undefined && values.from !== undefined) {
    console.error('either --stack or --from, and not both')
    return 2
  }
  const days = values['kept-days'] ?? String(VERSION_DAYS.backups)
  if (!/^[1-9]\d{0,3}$/.test(days)) {
    console.error(`--kept-days ${days} is no number of days. Allowed: 1 to 9999`)
    return 2
  }
  const refused = tooOld(at, Number(days))
  if (refused) {
    console.error(refused)
    return 2
  }
  const { place, copyOf } = values.from
    ? { place: sourceIn(values.from) }
    : await placeOf(await chosenStack(values.stack))
  const removeLater = values['remove-later']
  const rewound = await rewind(place, at, { removeLater })
  console.log(summary(rewound, place, at, removeLater))
  if (rewound.lost.length === 0) return 0
  console.error(lossOf(rewound.lost, place.prefix, copyOf))
  return LOST
}

/** @returns `copyOf`: the stack, where it has a second bucket */
async function placeOf(stack: string): Promise<{ place: Source; copyOf?: string | undefined }> {
  const outputs = await secretOutputs(stack)
  const { source } = openedIn(outputs, stack, 'writer')
  return { place: source, copyOf: outputs.backupCopyAccess === undefined ? undefined : stack }
}

/** What was done, and what that does not tell. */
export const summary = (
  { objects, unchanged, later, removed, lost }: Rewound,
  { endpoint, bucket, prefix }: Pick<Source, 'endpoint' | 'bucket' | 'prefix'>,
  at: Date,
  removeLater = false,
): string =>
  `${endpoint}/${bucket} has ${prefix}/ as of ${at.toISOString()}, of what it has versions of: ${objects} objects were put back, ${unchanged} were as they should be, ${later} have come since and stay, ${removed ? `${removed} ${removeLater ? 'that have come since' : 'of a repository that was begun anew since'} are removed, ` : ''}${lost.length} have no version of then. Nothing tells of what was removed without a mark, version by version: ./padlock restore --drill proves the rest`

/**
 * What no version is left of, and where it may be had.
 * @param copyOf the stack whose backups have a copy in a second region
 */
export function lossOf(lost: string[], prefix: string, copyOf?: string): string {
  const copy = `. The copy in the second region may have it, as of its last run before the loss: ./padlock restore --drill --copy --stack ${copyOf}`
  return `nothing brings this back here, as no version of then is left, so not all can be restored: ${affected(lost, prefix).join(', ')}. Where it began only after --at, take a later moment. ./padlock backup list has the backups that there are, and ./padlock restore --drill proves one${copyOf ? copy : ''}`
}

/**
 * Why a bucket cannot be had as it was then; undefined where it can. Of what was replaced before its
 * versions' time nothing is left, so a mixture would come of it.
 * @param days that a version is kept after it was replaced
 */
export function tooOld(at: Date, days: number, now = Date.now()): string | undefined {
  const first = now - days * DAY_MS
  if (at.getTime() >= first) return undefined
  const allowed = new Date(Math.ceil(first / 60_000) * 60_000 + 60_000).toISOString()
  return [
    `--at ${at.toISOString()} is ${Math.floor((now - at.getTime()) / DAY_MS)} days ago, and the bucket keeps a version for ${days} days after it was replaced.`,
    'What was replaced or removed between then and those days has no version of then, and the lists of the backups (backup.info, archive.info) change every night.',
    `Allowed: from ${allowed.replace(/\.\d+Z$/, 'Z')} on, which brings back all that there still is of then too; a bucket that keeps versions longer: --kept-days N.`,
    'Nothing was changed.',
  ].join('\n    ')
}

/** What objects are of, in words. */
export function affected(keys: string[], prefix: string): string[] {
  const of = (key: string) => {
    const [, label] =
      /^postgresql\/backup\/main\/(\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?)\//.exec(key) ?? []
    if (label) return `backup ${label} of the database`
    if (key.startsWith('postgresql/backup/')) return 'the list of the backups of the database'
    if (/^postgresql\/archive\/[^/]+\/archive\.info/.test(key))
      return 'the list of the log of the database'
    if (key.startsWith('postgresql/')) return 'the log of the database'
    if (key.startsWith('files/')) return 'the snapshots of the files'
    if (key.startsWith('managed/')) return 'the dumps of the managed database'
    return key.startsWith('state/') ? 'the exports of the state' : visible(key)
  }
  return [...new Set(keys.map((key) => of(key.slice(prefix.length + 1))))]
}
