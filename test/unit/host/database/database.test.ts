/** The host's program for PostgreSQL on the volume, with a real server; systemd is a script here. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresql } from '../../../support/postgresql.ts'

const host = join(__dirname, '../../../../host')
const { version, programs } = postgresql()
const PASSWORD = 'correct-horse-battery-staple'
const OTHER = 'another-horse-battery-staple'

const UNIT = readFileSync(
  join(host, 'padlock-database/files/usr/lib/systemd/system/postgresql@.service.d/padlock.conf'),
  'utf8',
)
/** What the unit has pg_ctlcluster hand on to pg_ctl. */
const [, OPTIONS = ''] = / start -- (.+)$/m.exec(UNIT) ?? []

/** The units: the mount is a link, the server is started as its user. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$DIR/calls"
data=$DIR/clusters/${version}/main
server() { runuser --user postgres -- ${programs}/pg_ctl --silent -D "$data" -l "$DIR/run/log" "$@"; }
# What was killed and nobody has waited for is no running server.
zombie() { grep -qs '^State:.Z' "/proc/$(head -n 1 "$data/postmaster.pid")/status"; }
running() { server status >/dev/null 2>&1 && ! zombie || [ -e "$DIR/runs" ]; }
case "$(echo "$*" | sed 's/ --no-block//')" in
  'start var-lib-postgresql.mount') [ -L "$DIR/clusters" ] || {
      # What was there is beneath it from then on.
      [ ! -e "$DIR/clusters" ] || mv "$DIR/clusters" "$DIR/beneath"
      ln -s "$DIR/volume/postgresql" "$DIR/clusters"
    } ;;
  is-active*) running || { echo inactive; exit 3; }
    ${programs}/pg_isready --quiet --host="$DIR/run" && echo active || echo activating ;;
  'start postgresql'*) [ ! -e "$DIR/no-start" ] || exit 1
    ! zombie 2>/dev/null || rm -f "$data/postmaster.pid" "$DIR/run/.s.PGSQL.5432.lock"
    running && exit
    # Whoever asked may be gone: the start goes on, and of one that has failed nothing stays.
    { server -o "-c config_file=$DIR/etc/${version}/main/postgresql.conf" ${OPTIONS} start ||
      { server -m immediate stop; exit 1; }; } &
    wait $! ;;
  'restart postgresql'*) server -m fast restart ;;
  stop*) ! running || server -m fast stop; rm -f "$DIR/runs"; [ ! -L "$DIR/clusters" ] || rm "$DIR/clusters" ;;
esac
`
/** Whoever is not root has a cluster of his own. */
const RUNUSER = `#!/bin/sh
[ "$(id -u)" != 0 ] || exec /usr/sbin/runuser "$@"
shift 3
exec "$@"
`
const APT_GET = '#!/bin/sh\necho "apt-get $*" >>"$DIR/calls"\n'

let dir: string
/** Variables of the test's own. */
let changed: NodeJS.ProcessEnv = {}
beforeEach(() => {
  changed = {}
  // Sockets have paths of at most 107 bytes, and the server's user must get there.
  dir = mkdtempSync(join(tmpdir(), 'db-'))
  chmodSync(dir, 0o755)
  for (const folder of ['bin', 'run', 'etc', 'volume/lost+found'])
    mkdirSync(join(dir, folder), { recursive: true })
  chmodSync(join(dir, 'run'), 0o1777)
  for (const [name, text] of Object.entries({
    systemctl: SYSTEMCTL,
    runuser: RUNUSER,
    'apt-get': APT_GET,
    journalctl: '#!/bin/sh\necho \'unrecognized parameter "nonsense"\'\n',
  }))
    writeFileSync(join(dir, 'bin', name), text, { mode: 0o755 })
  memory(474)
})
afterEach(() => {
  run('stop')
  rmSync(dir, { recursive: true })
})

const memory = (mib: number) =>
  writeFileSync(join(dir, 'meminfo'), `MemTotal:      ${mib * 1024} kB\nMemFree: 1 kB\n`)
const environment = () => ({
  ...process.env,
  ...{ DIR: dir, PATH: `${dir}/bin:${process.env.PATH}`, PGCTLTIMEOUT: '60' },
  ...changed,
})

const FOLDERS = ['padlock-app', 'padlock-database'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
const words = (...verb: string[]) => [
  ...['python3', join(__dirname, 'host.py'), dir, version, programs, ...FOLDERS],
  ...verb,
]
function give(password: string, ...verb: string[]) {
  const [program = '', ...rest] = words(...verb)
  const { status, stdout, stderr } = spawnSync(program, rest, {
    ...{ input: `${password}\n`, encoding: 'utf8', env: environment() },
  })
  return { status, said: stdout + stderr }
}
const run = (...words: string[]) => give('', ...words)
const up = (password = PASSWORD) => give(password, 'up')
const upArchived = () => give(PASSWORD, 'up', 'archived')

/** As the app does, with a password over the socket. */
function asApp(statement: string, password = PASSWORD, database = 'app') {
  const { status, stdout, stderr } = spawnSync(
    join(programs, 'psql'),
    ['-XAtq', `postgresql://app@/${database}?host=${dir}/run`, '-c', statement],
    { encoding: 'utf8', env: { ...process.env, PGPASSWORD: password } },
  )
  return status === 0 ? stdout.trim() : stderr.trim()
}
/** As PostgreSQL's own user, from a folder that this one may enter. */
function asOwner(statement: string) {
  const psql = ['psql', '-XqAt', '-h', join(dir, 'run'), '-U', 'postgres', '-d', 'postgres']
  const words = ['--user', 'postgres', '--', ...psql, '-c', statement]
  const found = spawnSync('runuser', words, { encoding: 'utf8', env: environment(), cwd: '/' })
  expect([found.status, found.stderr]).toEqual([0, ''])
}
const calls = () => {
  const path = join(dir, 'calls')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  rmSync(path, { force: true })
  return text.split('\n').filter((line) => /^(re)?start .*postgresql@|^stop|^apt-get/.test(line))
}
const CHANGED = { status: 0, said: 'changed\n' }
const AS_IT_WAS = { status: 0, said: 'as it was\n' }
/**
 * The server is killed; returns once it and all that it had started have ended, as systemd waits for them.
 * One that is about to die still counts as running, and holds the lock of the socket.
 */
function kill(): void {
  const [pid = ''] = readFileSync(join(main(), 'postmaster.pid'), 'utf8').split('\n')
  const { status, stderr } = spawnSync('python3', ['-c', KILL, pid], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}
/** A descriptor of a process is readable once the process has ended (pidfd_open(2)). */
const KILL = `
import os, pathlib, select, signal, sys
pid = sys.argv[1]
children = pathlib.Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
all = [os.pidfd_open(int(each)) for each in [pid, *children]]
signal.pidfd_send_signal(all[0], signal.SIGKILL)
for each in all:
    select.select([each], [], [])
`
const main = () => join(dir, 'volume/postgresql', version, 'main')
const SERVER = `postgresql@${version}-main.service`
const systemctl = (...words: string[]) => spawnSync('systemctl', words, { env: environment() })

test('the log of a server whose backups are ordered later waits from its first start on', () => {
  const path = join(dir, `etc/${version}/main/conf.d/padlock-backup.conf`)
  expect(upArchived()).toEqual(CHANGED)
  expect(asApp('SHOW archive_mode')).toBe('on')
  expect(upArchived()).toEqual(AS_IT_WAS)
  // The volume comes to a host that knows nothing of it.
  run('stop')
  rmSync(join(dir, 'etc'), { recursive: true })
  mkdirSync(join(dir, 'etc'))
  calls()
  expect(upArchived().status).toBe(0)
  expect(asApp('SHOW archive_mode')).toBe('on')
  expect(calls().filter((line) => line.startsWith('restart'))).toEqual([])
  // What the order has written stays; and a server that runs is not the one to be restarted here.
  writeFileSync(path, "archive_mode = 'on'\n")
  run('stop')
  expect(upArchived().status).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe("archive_mode = 'on'\n")
  rmSync(path)
  expect(upArchived().status).toBe(0)
  expect(existsSync(path)).toBe(false)
})

test('without backups no log waits', () => {
  expect(up()).toEqual(CHANGED)
  expect(asApp('SHOW archive_mode')).toBe('off')
})

test('a cluster with checksums in a folder of the volume, which a password alone opens for the app', () => {
  expect(up()).toEqual(CHANGED)
  expect(readdirSync(join(dir, 'volume')).sort()).toEqual(['lost+found', 'postgresql'])
  expect(statSync(main()).mode & 0o777).toBe(0o700)
  expect(asApp('SHOW data_checksums')).toBe('on')
  expect(asApp('SHOW listen_addresses')).toBe('')
  expect(asApp('SHOW shared_buffers')).toBe('48MB')
  expect(
    asApp(
      'SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user',
    ),
  ).toBe('f')
  expect(asApp('CREATE TABLE rows (n int); SELECT count(*) FROM rows')).toBe('0')
  expect(asApp('SELECT 1', 'not-the-password')).toMatch(/password authentication failed/)
  expect(asApp('SELECT 1', PASSWORD, 'postgres')).toMatch(/no pg_hba.conf entry/)
  // That a dump goes into before it takes the app's name: let in, where there is one.
  expect(asApp('SELECT 1', PASSWORD, 'app_restored')).toMatch(/"app_restored" does not exist/)
})

test('again nothing is started anew; another password is changed in place, and is written nowhere', () => {
  up()
  calls()
  expect(up()).toEqual(AS_IT_WAS)
  expect(up(OTHER)).toEqual(CHANGED)
  expect(calls()).toEqual([])
  expect(asApp('SELECT 1', OTHER)).toBe('1')
  expect(asApp('SELECT 1')).toMatch(/password authentication failed/)
  const found = spawnSync('grep', ['-rlE', `${PASSWORD}|${OTHER}`, dir], { encoding: 'utf8' })
  expect(found.stdout).toBe('')
})

test('without a database, and on another host, every row is found again', () => {
  up()
  asApp('CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n')
  calls()
  expect(run('remove')).toEqual({ status: 0, said: '' })
  expect(calls()).toEqual([
    `stop ${SERVER} var-lib-postgresql.mount`,
    'apt-get --quiet --yes -o DPkg::Lock::Timeout=200 purge padlock-database',
  ])
  expect(existsSync(join(dir, 'etc', version, 'main'))).toBe(false)
  expect(run('remove')).toEqual({ status: 0, said: '' })
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', '4711:4711', main()])
  expect(up()).toEqual(AS_IT_WAS)
  expect(asApp('SELECT count(*) FROM rows')).toBe('1000')
})

test('while a later update wants it, the package stays', () => {
  mkdirSync(join(dir, 'wanted'))
  writeFileSync(join(dir, 'wanted/padlock-database_1_all.deb'), '')
  up()
  calls()
  run('remove')
  expect(calls()).toEqual([`stop ${SERVER} var-lib-postgresql.mount`])
})

test('a server that was killed comes up with what it had acknowledged', () => {
  up()
  asApp('CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n')
  kill()
  expect(up()).toEqual(AS_IT_WAS)
  expect(asApp('SELECT count(*) FROM rows')).toBe('1000')
})

test('a recovery that takes longer than pg_ctl waits by itself is left to go on', () => {
  up()
  asApp('CREATE TABLE rows AS SELECT generate_series(1, 1000) AS n')
  kill()
  // The first file that it asks its archive for takes until `go` is there, a minute at most.
  const wait = `n=0; while [ ! -e ${dir}/go ] && [ $n -lt 300 ]; do n=$((n+1)); sleep 0.2; done; false`
  const slow = `restore_command = '${wait}'\nhot_standby = off\n`
  writeFileSync(join(dir, 'etc', version, 'main/conf.d/slow.conf'), slow)
  writeFileSync(join(main(), 'recovery.signal'), '')
  changed = { PGCTLTIMEOUT: '1', LIMIT: '10' }
  expect(up()).toEqual({
    status: 1,
    said: expect.stringMatching(
      /^PostgreSQL takes no connections after 10 s, as it still recovers from a crash; .+ Fix: pulumi up again/,
    ),
  })
  const pid = readFileSync(join(main(), 'postmaster.pid'), 'utf8').split('\n')[0]
  writeFileSync(join(dir, 'go'), '')
  changed = { PGCTLTIMEOUT: '1' }
  expect(up()).toEqual(AS_IT_WAS)
  expect(readFileSync(join(main(), 'postmaster.pid'), 'utf8').split('\n')[0]).toBe(pid)
  expect(asApp('SELECT count(*) FROM rows')).toBe('1000')
})

test('a host of another size starts it with other settings; a boot starts it, and nothing where there is none', () => {
  expect(run('boot')).toEqual({ status: 0, said: '' })
  expect(calls()).toEqual([])
  up()
  calls()
  expect(run('boot').status).toBe(0)
  expect(calls()).toEqual([`start --no-block ${SERVER}`])
  memory(3910)
  expect(run('boot').status).toBe(0)
  expect(calls()).toEqual([`restart --no-block ${SERVER}`])
  expect([asApp('SHOW shared_buffers'), asApp('SHOW max_connections')]).toEqual(['488MB', '100'])
})

test('a boot does not wait for another verb, whose server waits for the boot', () => {
  up()
  calls()
  memory(3910)
  const { status } = spawnSync('flock', [join(dir, 'lock'), 'timeout', '60', ...words('boot')], {
    env: environment(),
  })
  expect(status).toBe(0)
  expect(calls()).toEqual([])
})

test.each([
  [474, 1, [48, 20, 128, 1, 16, 128]],
  [968, 10, [64, 30, 256, 2, 32, 512]],
  [1967, 2, [245, 50, 983, 4, 245, 256]],
  [257_000, 100, [8192, 100, 128_500, 4, 1024, 512]],
])('settings of %i MiB of memory and a volume of %i GiB', (mib, gib, settings) => {
  const sizes = [mib * 1024 ** 2, gib * 1024 ** 3].map(String)
  expect(run('settings', ...sizes).said).toBe(`[${settings.join(', ')}]\n`)
})

test('one that was cut off while it was made is made anew', () => {
  up()
  run('stop')
  renameSync(main(), `${main()}.new`)
  rmSync(join(`${main()}.new`, 'PG_VERSION'))
  expect(up()).toEqual(CHANGED)
  expect(readdirSync(join(main(), '..'))).toEqual(['main'])
})

test.each([
  ['in a folder of its own', '9', '9'],
  ['in the folder of this one', version, '9'],
])('a version that cannot be read, %s, is named and left alone', (_, folder, said) => {
  const other = join(dir, 'volume/postgresql', folder, 'main')
  mkdirSync(other, { recursive: true })
  writeFileSync(join(other, 'PG_VERSION'), `${said}\n`)
  expect(up()).toEqual({
    status: 1,
    said: expect.stringMatching(
      new RegExp(
        `^the volume has a database of PostgreSQL 9 \\(.*/${folder}/main\\), which PostgreSQL ${version} of this host cannot read; nothing was changed. Fix: pulumi config set databaseVersion 9, where .+ pg_dumpall of PostgreSQL 9`,
      ),
    ),
  })
  expect(readdirSync(other)).toEqual(['PG_VERSION'])
  expect(calls()).toEqual([])
})

describe('a server of the same name, whose rows are on the own disk of the droplet,', () => {
  /** Returns its process. */
  function elsewhere(): number {
    expect(up()).toEqual(CHANGED)
    run('stop')
    renameSync(join(dir, 'volume/postgresql'), join(dir, 'clusters'))
    systemctl('start', SERVER)
    expect(asApp('CREATE TABLE rows (n int); SELECT count(*) FROM rows')).toBe('0')
    // What systemd has started it does not forget when something is mounted over its folder.
    writeFileSync(join(dir, 'runs'), '')
    return Number(
      readFileSync(join(dir, 'clusters', version, 'main/postmaster.pid'), 'utf8').split('\n')[0],
    )
  }

  test('ends before the volume comes over it', () => {
    elsewhere()
    expect(up()).toEqual(CHANGED)
    expect(existsSync(join(main(), 'postmaster.pid'))).toBe(true)
    expect(asApp('SELECT 1 FROM rows')).toMatch(/relation "rows" does not exist/)
  })

  test('is not taken for the one on the volume where that is mounted by now', () => {
    const other = elsewhere()
    mkdirSync(join(dir, 'volume/postgresql'))
    systemctl('start', 'var-lib-postgresql.mount')
    const { status, said } = up(OTHER)
    process.kill(other, 'SIGQUIT')
    expect([status, said]).toEqual([
      1,
      expect.stringContaining(`(process ${other}) has its rows elsewhere than in`),
    ])
  })
})

test('without the volume nothing is made in its place', () => {
  rmSync(join(dir, 'volume/lost+found'), { recursive: true })
  const { status, said } = up()
  expect([status, said]).toEqual([
    1,
    expect.stringContaining('is not mounted, and a database is nowhere else'),
  ])
  expect(readdirSync(join(dir, 'volume'))).toEqual([])
})

test('a server that does not come up: its own words', () => {
  up()
  run('stop')
  rmSync(join(main(), 'global/pg_control'))
  const { status, said } = up()
  expect(status).toBe(1)
  expect(said).toMatch(/does not take connections; it says:\n[\s\S]*pg_control/)
})

test('one that cannot read its configuration says so in the journal alone', () => {
  writeFileSync(join(dir, 'no-start'), '')
  expect(up()).toEqual({
    status: 1,
    said: 'PostgreSQL does not take connections; it says:\nunrecognized parameter "nonsense"\n',
  })
})

test.each([
  [['up'], 'short', 'the password must be 16 to 128 characters of printable ASCII'],
  [['up'], 'with spaces in between them', 'the password must be 16 to 128 characters'],
])('%j with %j is refused', (_, password, message) => {
  const { status, said } = up(password)
  expect([status, said]).toEqual([1, expect.stringContaining(message)])
  expect(said).not.toContain(password)
})

test('another verb: the usage', () => {
  expect(run('down').said).toBe(
    'usage: database up [archived] < PASSWORD | boot | stop | remove | verify | release | state\n  upgrade VERSION | resume | forget-former\n',
  )
})

test('no release begins with rows that went elsewhere', () => {
  up()
  const release = (database: string) => {
    changed = { RELEASE_DATABASE: database }
    return run('release')
  }
  expect(release('local')).toEqual({ status: 0, said: '' })
  const remark = "IS 'padlock: moved to managed at 2026-11-29T09:00:00Z'"
  // The app's own word says nothing.
  expect(asApp(`COMMENT ON DATABASE app ${remark}`)).toBe('')
  expect(asApp(`COMMENT ON ROLE app ${remark}`)).toMatch(/CREATEROLE|permission denied/)
  expect(release('local')).toEqual({ status: 0, said: '' })
  asOwner(`COMMENT ON ROLE app ${remark}`)
  const { status, said } = release('local')
  expect([status, said]).toEqual([
    1,
    expect.stringMatching(
      /were moved to managed at 2026-11-29T09:00:00Z; since then.*--to local --replace.*COMMENT ON ROLE app IS NULL/s,
    ),
  ])
  expect(release('managed').status).toBe(0)
  asOwner('COMMENT ON ROLE app IS NULL')
  expect(release('local').status).toBe(0)
})

test('its units are units, as systemd reads them', () => {
  const units = [
    ...['padlock-database.service', 'var-lib-postgresql.mount'],
    ...['padlock-database-resume.service', 'padlock-database-resume.path'],
  ].map((name) => join(host, 'padlock-database/files/usr/lib/systemd/system', name))
  const shown = spawnSync(
    'systemd-analyze',
    ['verify', '--man=no', '--recursive-errors=no', ...units],
    { encoding: 'utf8' },
  )
  const problems = shown.stderr
    .split('\n')
    .filter(
      (line) => /padlock-database|var-lib-postgresql/.test(line) && !/is not executable/.test(line),
    )
  expect(problems).toEqual([])
})
