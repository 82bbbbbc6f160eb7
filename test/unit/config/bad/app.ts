import type { BadConfiguration } from './bad-configuration.ts'

/** How the app runs. */
export const app: BadConfiguration[] = [
  {
    title: 'memory too small',
    raw: { appMemoryMiB: 16 },
    messages: [
      'appMemoryMiB = 16 is not a number of MiB. Allowed: a whole number from 64 to 65536.\n    Fix: pulumi config set appMemoryMiB 256',
    ],
  },
  {
    title: 'no replica',
    raw: { replicas: 0 },
    messages: [
      'replicas = 0 is not a number of replicas. Allowed: a whole number from 1 to 16.\n    Fix: pulumi config set replicas 1',
    ],
  },
  {
    title: 'a processor that no app starts with',
    raw: { appCpus: '0.01' },
    messages: [
      'appCpus = "0.01" is less than an app starts with. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set appCpus 0.5',
    ],
  },
  {
    title: 'processors that are no number',
    raw: { appCpus: 'half' },
    messages: [
      'appCpus = "half" is not a number of processors. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set appCpus 0.5',
    ],
  },
  {
    title: 'commands with an open quote, and with more than a line',
    raw: { appCommand: `gunicorn "shop`, releaseCommand: 'a\nb' },
    messages: [
      `appCommand = "gunicorn \\"shop" has a quote that is not closed. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set appCommand 'gunicorn --config gunicorn_conf.py shop.wsgi'`,
      `releaseCommand = "a\\nb" is more than a line. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set releaseCommand 'python manage.py migrate'`,
    ],
  },
  {
    title: 'a release command that nobody would wait for',
    raw: { releaseCommand: '  ', releaseSeconds: 3600 },
    messages: [
      `releaseCommand = "  " is empty. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set releaseCommand 'python manage.py migrate'`,
      'releaseSeconds = 3600 is not a number of seconds. Allowed: a whole number from 1 to 900.\n    Fix: pulumi config set releaseSeconds 300',
    ],
  },
  {
    title: 'processes that are none',
    raw: {
      processes: {
        web: { command: 'a' },
        nightly: { command: 'a', schedule: 'every night' },
        february: { command: 'a', schedule: '0 0 30 2 *' },
        late: { command: 'a', schedule: '0 25 * * *' },
        worker: { command: '', seconds: 60, memoryMiB: 8, cpus: 0.01 },
        mistyped: { command: 'a', shedule: '0 0 * * *' },
      },
    },
    messages: [
      "processes.web has a name that no unit can have. Allowed: up to 30 lower-case letters, digits and -, not web or release, which there are already.\n    Fix: pulumi config rm --path 'processes.web'",
      `processes.nightly.schedule = "every night" has not five fields but 2. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.nightly.schedule' '30 3 * * *'`,
      `processes.february.schedule = "0 0 30 2 *" never comes. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.february.schedule' '30 3 * * *'`,
      `processes.late.schedule = "0 25 * * *" names as hour 25. Allowed: five fields of cron in UTC, as in "30 3 * * mon-fri": minute, hour, day of the month, month, day of the week.\n    Fix: pulumi config set --path 'processes.late.schedule' '30 3 * * *'`,
      `processes.worker.command = "" is empty. Allowed: a command in one line, its words as a shell takes them apart; what needs a shell is sh -c "…".\n    Fix: pulumi config set --path 'processes.worker.command' 'python worker.py'`,
      "processes.worker.memoryMiB = 8 is not a number of MiB. Allowed: a whole number from 64 to 65536.\n    Fix: pulumi config set --path 'processes.worker.memoryMiB' 256",
      "processes.worker.cpus = 0.01 is less than an app starts with. Allowed: a number from 0.1 to 64, such as 0.5.\n    Fix: pulumi config set --path 'processes.worker.cpus' 0.5",
      "processes.worker.seconds = 60 is set for a worker, which has no end. Allowed: seconds of a schedule alone.\n    Fix: pulumi config rm --path 'processes.worker.seconds'",
      "processes.mistyped.shedule is wrong for a process. Allowed: a command, and with it schedule, memoryMiB, cpus and, for a schedule, seconds.\n    Fix: pulumi config set --path processes.worker.command 'python worker.py'",
    ],
  },
  {
    title: 'readyPath without slash',
    raw: { readyPath: 'readyz' },
    messages: [
      'readyPath = "readyz" is not a path. Allowed: a path that begins with /.\n    Fix: pulumi config set readyPath /readyz',
    ],
  },
  {
    title: 'appPort beyond the last port',
    raw: { appPort: 70000 },
    messages: [
      'appPort = 70000 is not a TCP port, nor 0 for a unix socket. Allowed: a whole number from 0 to 65535.\n    Fix: pulumi config set appPort 8080',
    ],
  },
  {
    title: 'an answer that may take no time',
    raw: { responseSeconds: 1 },
    messages: [
      'responseSeconds = 1 is not a number of seconds. Allowed: a whole number from 5 to 3600.\n    Fix: pulumi config set responseSeconds 60',
    ],
  },
  {
    title: 'readySeconds too long',
    raw: { readySeconds: 3600 },
    messages: [
      'readySeconds = 3600 is not a number of seconds. Allowed: a whole number from 1 to 900.\n    Fix: pulumi config set readySeconds 90',
    ],
  },
  {
    title: 'hangSeconds below nothing',
    raw: { hangSeconds: -1 },
    messages: [
      'hangSeconds = -1 is not a number of seconds, nor 0 for never. Allowed: a whole number from 0 to 3600.\n    Fix: pulumi config set hangSeconds 90',
    ],
  },
  {
    title: 'a body of no size',
    raw: { maxBodyMiB: 0 },
    messages: [
      'maxBodyMiB = 0 is not a number of MiB. Allowed: a whole number from 1 to 10240.\n    Fix: pulumi config set maxBodyMiB 10',
    ],
  },
  {
    title: 'connections that drain for ever',
    raw: { drainSeconds: 601 },
    messages: [
      'drainSeconds = 601 is not a number of seconds. Allowed: a whole number from 0 to 600.\n    Fix: pulumi config set drainSeconds 30',
    ],
  },
  {
    title: 'a key of sessions before the first',
    raw: { sessionKeyVersion: 0 },
    messages: [
      'sessionKeyVersion = 0 is not a version of a key. Allowed: a whole number from 1 to 1000000.\n    Fix: pulumi config set sessionKeyVersion 1',
    ],
  },
]
