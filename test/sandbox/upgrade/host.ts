/** A host with a database in a folder, and two real versions of PostgreSQL; systemd is a script. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newerPostgresql } from '../../support/newer-postgresql.ts'
import { postgresql } from '../../support/postgresql.ts'

const HOST = join(import.meta.dirname, '../../../host')
export const old = postgresql()
export const newer = newerPostgresql()
export const PASSWORD = 'correct-horse-battery-staple'

/** The units: the mount is a link, and a server's unit has its version in its name. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$DIR/calls"
version=$(echo "$*" | sed -n 's/.*postgresql@\\([0-9]*\\)-main.*/\\1/p')
data=$DIR/clusters/$version/main
server() {
  runuser --user postgres -- "$DIR/programs/$version/bin/pg_ctl" --silent -w -D "$data" -l "$DIR/run/log" "$@"
}
case "$*" in
  'start var-lib-postgresql.mount') [ -L "$DIR/clusters" ] || ln -s "$DIR/volume/postgresql" "$DIR/clusters" ;;
  is-active*) server status >/dev/null 2>&1 && echo active || { echo inactive; exit 3; } ;;
  start*postgresql@*) server status >/dev/null 2>&1 ||
    server -o "-c config_file=$DIR/etc/$version/main/postgresql.conf" start ;;
  stop*postgresql@*) ! server status >/dev/null 2>&1 || server -m fast stop ;;
esac
`
/** Whoever is not root has clusters of his own. */
const RUNUSER = `#!/bin/sh
[ "$(id -u)" != 0 ] || exec /usr/sbin/runuser "$@"
shift 3
exec "$@"
`
const BACKUP =
  '#!/bin/sh\necho "backup $*" >>"$DIR/calls"\n[ ! -e "$DIR/no-backup" ] || { echo "no bucket" >&2; exit 1; }\n'

export interface Done {
  status: number | null
  stdout: string
  stderr: string
}

export function makeHost() {
  // Sockets have paths of at most 107 bytes, and the server's user must get there.
  const dir = mkdtempSync(join(tmpdir(), 'up-'))
  chmodSync(dir, 0o755)
  const at = (...path: string[]) => join(dir, ...path)
  for (const folder of ['bin', 'run', 'etc', 'volume/lost+found', `programs/${old.version}`])
    mkdirSync(at(folder), { recursive: true })
  chmodSync(at('run'), 0o1777)
  symlinkSync(old.programs, at('programs', old.version, 'bin'))
  // With its libraries, which it finds from where it lies.
  cpSync(join(newer.programs, '../../..'), at('newer'), { recursive: true })
  symlinkSync(join(dir, 'newer/embedded_postgres/pginstall'), at('programs', newer.version))
  for (const [name, text] of Object.entries({
    systemctl: SYSTEMCTL,
    runuser: RUNUSER,
    backup: BACKUP,
  }))
    writeFileSync(at('bin', name), text, { mode: 0o755 })
  writeFileSync(at('meminfo'), `MemTotal:      ${474 * 1024} kB\n`)
  const env = { ...process.env, DIR: dir, PATH: `${dir}/bin:${process.env.PATH}` }
  const folders = ['padlock-app', 'padlock-volume', 'padlock-database'].map((name) =>
    join(HOST, name, 'files/usr/lib/padlock'),
  )

  function database(verb: string, { chosen = newer.version, input = '' } = {}): Done {
    const words = [join(import.meta.dirname, 'host.py'), dir, chosen, ...folders]
    const { status, stdout, stderr } = spawnSync('python3', [...words, ...verb.split(' ')], {
      ...{ encoding: 'utf8', env, input, cwd: '/' },
    })
    return { status, stdout, stderr }
  }

  return {
    dir,
    at,
    database,
    up: (chosen: string) => database('up', { chosen, input: `${PASSWORD}\n` }),
    systemctl: (...words: string[]) => spawnSync('systemctl', words, { env, encoding: 'utf8' }),
    /** As the app, by its password. */
    asApp(statement: string): string {
      const words = ['-XAtq', `postgresql://app@/app?host=${at('run')}`, '-c', statement]
      const said = spawnSync(join(old.programs, 'psql'), words, {
        ...{ encoding: 'utf8', env: { ...env, PGPASSWORD: PASSWORD } },
      })
      return (said.stdout || said.stderr).trim()
    },
    /** As PostgreSQL's own user. */
    sql(statements: string, base = 'app'): string {
      const psql = [join(old.programs, 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', at('run')]
      const words = ['--user', 'postgres', '--', ...psql, '-U', 'postgres', '-d', base]
      const said = spawnSync('runuser', words, {
        encoding: 'utf8',
        env,
        input: statements,
        cwd: '/',
      })
      if (said.status !== 0) throw new Error(said.stderr)
      return said.stdout.trim()
    },
    clusters: () =>
      readdirSync(at('volume/postgresql'))
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) =>
          readdirSync(at('volume/postgresql', name)).map((one) => `${name}/${one}`),
        )
        .sort(),
    configured: () => readdirSync(at('etc')).filter((name) => existsSync(at('etc', name, 'main'))),
    calls(): string[] {
      const text = existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8') : ''
      rmSync(at('calls'), { force: true })
      return text
        .split('\n')
        .filter((line) => /^app |^backup |^(start|stop) .*postgresql@/.test(line))
    },
    end() {
      for (const { version } of [old, newer])
        spawnSync('systemctl', ['stop', `postgresql@${version}-main.service`], { env })
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export type Host = ReturnType<typeof makeHost>

/** What an app may have: kinds of rows, an extension, a sequence, a large object, a role and settings. */
export const ROWS = `
CREATE EXTENSION pg_trgm; CREATE ROLE reader; SET SESSION AUTHORIZATION app;
CREATE TABLE visits (n bigint GENERATED ALWAYS AS IDENTITY, at timestamptz, price float8, "a ""word" text, data bytea);
INSERT INTO visits (at, price, "a ""word", data)
  SELECT to_timestamp(n), n / 3.0, 'é' || n, decode('00ff', 'hex') FROM generate_series(1, 5000) AS n;
CREATE INDEX ON visits USING gin ("a ""word" gin_trgm_ops);
CREATE TABLE parts (n int) PARTITION BY RANGE (n);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
INSERT INTO parts VALUES (1), (2);
CREATE VIEW seen AS SELECT * FROM visits;
SELECT lo_from_bytea(0, 'an object');
GRANT SELECT ON visits TO reader; RESET SESSION AUTHORIZATION;
ALTER DATABASE app SET work_mem = '7MB';
`
