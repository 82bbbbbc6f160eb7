import * as v from 'valibot'
import { command, cpus } from './commands.ts'
import { readCron } from './cron.ts'
import { help, message } from './error.ts'
import type { ProcessSettings } from './settings.ts'
import * as texts from './texts.ts'
import { isObject, wholeNumber } from './values.ts'

const EXAMPLE = "pulumi config set --path processes.worker.command 'python worker.py'"
const REMOVE = "pulumi config rm --path '{path}'"
const set = (value: string) => `pulumi config set --path '{path}' ${value}`
const JOB_SECONDS = 3600
const SCHEDULE = help(
  'five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week',
  set("'30 3 * * *'"),
)

/** Processes of the app's image beside the web process, by name, sorted. */
export function processes() {
  const wrong = {
    type: message('is not an object', 'processes by name', EXAMPLE),
    name: message(
      'has a name that no unit can have',
      'up to 30 lower-case letters, digits and -, not web or release, which there are already',
      REMOVE,
    ),
    process: message(
      'is wrong for a process',
      'a command, and with it schedule, memoryMiB, cpus and, for a schedule, seconds',
      EXAMPLE,
    ),
    worker: message('is set for a worker, which has no end', 'seconds of a schedule alone', REMOVE),
  }
  const name = v.pipe(
    v.string(),
    v.regex(/^(?!(?:web|release)$)[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/, wrong.name),
  )
  const process = v.pipe(
    v.strictObject(
      {
        command: command('python worker.py', set("'python worker.py'")),
        schedule: v.optional(schedule()),
        memoryMiB: v.optional(wholeNumber('number of MiB', 64, 65536, 256, set('256'))),
        cpus: v.optional(cpus(set('0.5'))),
        seconds: v.optional(
          wholeNumber('number of seconds', 1, 604_800, JOB_SECONDS, set(`${JOB_SECONDS}`)),
        ),
      },
      wrong.process,
    ),
    v.forward(
      v.check(
        ({ schedule, seconds }) => schedule !== undefined || seconds === undefined,
        wrong.worker,
      ),
      ['seconds'],
    ),
  )
  return v.optional(
    v.pipe(v.custom<Record<string, unknown>>(isObject, wrong.type), v.record(name, process)),
    {},
  )
}

/** The calendars of systemd that a schedule of cron stands for. */
function schedule() {
  return v.pipe(
    texts.text(SCHEDULE),
    v.rawTransform<string, string[]>(({ dataset, addIssue, NEVER }) => {
      const read = readCron(dataset.value)
      if ('calendars' in read) return read.calendars
      addIssue({ message: SCHEDULE(read.wrong) })
      return NEVER
    }),
  )
}

type Read = v.InferOutput<ReturnType<typeof processes>>

/** @param memoryMiB of the web process, which the others have where they say nothing */
export function processSettings(read: Read, memoryMiB: number): Record<string, ProcessSettings> {
  const sorted = Object.entries(read).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    sorted.map(([name, one]) => [
      name,
      {
        command: one.command,
        calendars: one.schedule ?? [],
        seconds: one.seconds ?? JOB_SECONDS,
        memoryMiB: one.memoryMiB ?? memoryMiB,
        ...(one.cpus !== undefined && { cpus: one.cpus }),
      },
    ]),
  )
}
