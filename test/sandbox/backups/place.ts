/** A host with a database and files of an app, in a folder: real programs, and systemd as a script. */
import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostsPostgresql } from '../../support/hosts-postgresql.ts'
import { hostsProgram } from '../../support/hosts-program.ts'
import { postgresql } from '../../support/postgresql.ts'

const HOST = join(import.meta.dirname, '../../../host')

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

export interface Place {
  dir: string
  /** Of what it runs; `PROGRAMS` is the folder of PostgreSQL's. */
  env: NodeJS.ProcessEnv
  /**
   * The host's own program.
   * @param ahead seconds that its clock is ahead of ours
   */
  backup(verb: string, order?: object, ahead?: number): Promise<Outcome>
  /** The same; throws an Error with what it says where it fails. */
  must(verb: string, order?: object): Promise<void>
  /** Statements as PostgreSQL's own user. */
  sql(statements: string): Promise<string>
  /** pg_ctl of the host's server. */
  control(...words: string[]): Promise<Outcome>
  /** pgBackRest as PostgreSQL's own user, with the settings of the host. */
  pgbackrest(...words: string[]): Promise<Outcome>
  restic(env: Record<string, string>, ...words: string[]): Promise<Outcome>
  /**
   * Has the database as it was at a moment in a server of its own, and asks it.
   * @param time empty: as late as there is any
   * @param config settings of pgBackRest, below the host's folder; empty: the host's own
   */
  restored(repository: 1 | 2, time: string, query: string, config?: string): Promise<string>
  end(): Promise<void>
}

/**
 * As systemd does, it goes by the process, whose folder may have another name by now; what it starts
 * inherits nothing of who asks for it.
 */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$DIR/calls"
data=$DIR/data
[ -e "$data/postmaster.pid" ] || [ ! -e "$data.restored/postmaster.pid" ] || data=$data.restored
case "$*" in
  *.timer* | *.path) ;;
  stop*|start*|*restart*)
    verb=\${1#try-}
    [ "$verb" != start ] || [ ! -e "$data/postmaster.pid" ] || exit 0
    [ "$verb" != stop ] || [ -e "$data/postmaster.pid" ] || exit 0
    runuser --user postgres -- $PROGRAMS/pg_ctl --silent -m fast -w -D "$data" -l "$DIR/run/log" \\
      -o "-c config_file=$DIR/cluster/postgresql.conf" "$verb" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- ;;
esac
`
/** Whoever is not root has a cluster of his own. */
const RUNUSER = `#!/bin/sh
[ "$(id -u)" != 0 ] || exec /usr/sbin/runuser "$@"
shift 3
exec "$@"
`
const CONFIG = 'home/pgbackrest.conf'
const AS_POSTGRES = ['runuser', '--user', 'postgres', '--']

/** Not in step: the S3 server's front may be in this very process. */
function start(words: string[], env: NodeJS.ProcessEnv, input = ''): Promise<Outcome> {
  const [program = '', ...args] = words
  return new Promise((done, fail) => {
    const child = spawn(program, args, { env, cwd: '/' })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.once('error', fail)
    // A server that it has started keeps the pipes.
    child.once('exit', (code) =>
      setTimeout(() => done({ code: code ?? -1, stdout, stderr }), 20).unref(),
    )
    // Most programs read nothing.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

async function succeed(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}${stdout}`)
  return stdout
}

/**
 * @param rootPath the certificate that the object storage's chains to
 * @param more lines of postgresql.conf; the last one of a name counts
 */
export async function makePlace(rootPath: string, more: string[] = []): Promise<Place> {
  // Sockets have paths of at most 107 bytes, and the server's user must get there.
  const dir = mkdtempSync(join(tmpdir(), 'bk-'))
  chmodSync(dir, 0o755)
  const at = (...path: string[]) => join(dir, ...path)
  for (const folder of ['bin', 'cluster/conf.d', 'volume/lost+found', 'volume/app', 'data', 'tmp'])
    mkdirSync(at(folder), { recursive: true })
  for (const folder of ['run', 'pgbackrest', 'restored']) {
    mkdirSync(at(folder))
    chmodSync(at(folder), 0o1777)
  }
  copyFileSync(rootPath, at('root.pem'))
  chmodSync(at('root.pem'), 0o644)
  for (const [name, text] of Object.entries({ systemctl: SYSTEMCTL, runuser: RUNUSER }))
    writeFileSync(at('bin', name), text, { mode: 0o755 })
  // In place of this computer's, which may be older.
  const hosts = Boolean(process.env.PADLOCK_HOSTS_PROGRAMS)
  if (hosts)
    for (const name of ['pgbackrest', 'restic'] as const) await hostsProgram(name, at('bin'))
  const programs = hosts ? await hostsPostgresql(dir) : postgresql().programs
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DIR: dir,
    PROGRAMS: programs,
    PATH: `${at('bin')}:${process.env.PATH}`,
  }
  const asPostgres = (words: string[], input?: string) =>
    start([...AS_POSTGRES, ...words], env, input)
  const ask = async (query: string, sockets: string) => {
    const psql = ['psql', '-XqtA', '-v', 'ON_ERROR_STOP=1', '-h', sockets, '-d', 'postgres']
    return (await succeed(asPostgres([...psql, '-U', 'postgres'], query))).trim()
  }
  const control = (data: string, log: string, ...words: string[]) =>
    asPostgres([`${env.PROGRAMS}/pg_ctl`, '--silent', '-w', '-D', data, '-l', log, ...words])
  const pgbackrest = (...words: string[]) =>
    asPostgres(['pgbackrest', `--config=${at(CONFIG)}`, '--stanza=main', ...words])

  // The folder around it too, as on a host.
  if (process.getuid?.() === 0) await succeed(start(['chown', 'postgres:', dir, at('data')], env))
  const flags = ['-A', 'trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8']
  await succeed(asPostgres([`${programs}/initdb`, '-D', at('data'), ...flags]))
  const settings = [
    `listen_addresses = ''`,
    `unix_socket_directories = '${at('run')}'`,
    `hba_file = '${at('data/pg_hba.conf')}'`,
    `shared_buffers = '16MB'`,
    `fsync = off`,
    ...more,
    `include_dir = '${at('cluster/conf.d')}'`,
    '',
  ].join('\n')
  writeFileSync(at('data/postgresql.conf'), settings)
  // Another place's data comes with another place's settings.
  writeFileSync(at('cluster/postgresql.conf'), settings)
  const ownSettings = `-c config_file=${at('cluster/postgresql.conf')}`
  await succeed(control(at('data'), at('run/log'), '-o', ownSettings, 'start'))
  let restores = 0
  function backup(verb: string, order?: object, ahead = 0): Promise<Outcome> {
    const folders = ['padlock-backup', 'padlock-app'].map((name) =>
      join(HOST, name, 'files/usr/lib/padlock'),
    )
    const program = join(import.meta.dirname, 'host.py')
    const words = ['python3', program, dir, ...folders, String(ahead), ...verb.split(' ')]
    return start(words, env, order === undefined ? '' : JSON.stringify(order))
  }

  return {
    dir,
    env,
    pgbackrest,
    control: (...words) => control(at('data'), at('run/log'), ...words),
    restic: (more, ...words) => start(['restic', ...words], { ...env, ...more }),
    sql: (statements) => ask(statements, at('run')),
    backup,
    async must(verb, order) {
      await succeed(backup(verb, order))
    },
    async restored(repository, time, query, config = CONFIG) {
      const data = at('restored', String(restores++))
      const until =
        time === '' ? [] : ['--type=time', `--target=${time}`, '--target-action=promote']
      await succeed(
        asPostgres([
          ...['pgbackrest', `--config=${at(config)}`, '--stanza=main', `--pg1-path=${data}`],
          ...[`--repo=${repository}`, ...until, 'restore'],
        ]),
      )
      const sockets = `${data}/run`
      await succeed(asPostgres(['mkdir', sockets]))
      const options = `${ownSettings} -c unix_socket_directories=${sockets} -c archive_command=/bin/true`
      try {
        await succeed(control(data, `${data}/log`, '-o', options, 'start'))
        while ((await ask('SELECT pg_is_in_recovery()', sockets)) === 't') {
          await new Promise((done) => setTimeout(done, 200))
        }
        return await ask(query, sockets)
      } finally {
        await control(data, `${data}/log`, '-m', 'immediate', 'stop')
      }
    },
    async end() {
      await control(at('data'), at('run/log'), '-m', 'immediate', 'stop')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
