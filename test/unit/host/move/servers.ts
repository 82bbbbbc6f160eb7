/** Two real PostgreSQL: one as a host has it, by its socket, and a cluster of the sandbox over TLS. */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabases } from '../../../../sandbox/databases/index.ts'
import { postgresql } from '../../../support/postgresql.ts'

const host = join(__dirname, '../../../../host')
const FOLDERS = ['padlock-app', 'padlock-managed'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
const ADMIN = 'AVNS_correct:horse\\'
const APP = 'AVNS_battery-staple'
/** Of the role on the host. */
const LOCAL = 'staple:of-the-host'
/** Whoever is not root has a server of his own. */
const RUNUSER = `#!/bin/sh
[ "$(id -u)" != 0 ] || exec /usr/sbin/runuser "$@"
shift 3
exec "$@"
`
export type Kind = 'local' | 'managed'
export interface Done {
  status: number | null
  stdout: string
  said: string
}

export async function startServers() {
  // Sockets have paths of at most 107 bytes, and the server's user must get there.
  const dir = mkdtempSync(join(tmpdir(), 'mv-'))
  chmodSync(dir, 0o755)
  const { programs } = postgresql()
  for (const folder of ['bin', 'run', 'data']) mkdirSync(join(dir, folder))
  writeFileSync(join(dir, 'bin/runuser'), RUNUSER, { mode: 0o755 })
  symlinkSync('releases/new', join(dir, 'current'))
  const env = { ...process.env, PATH: `${dir}/bin:${process.env.PATH}` }
  const asPostgres = (...words: string[]) => {
    const called = ['--user', 'postgres', '--', ...words]
    const done = spawnSync(join(dir, 'bin/runuser'), called, { encoding: 'utf8', env, cwd: '/' })
    if (done.status !== 0) throw new Error(done.stderr || done.stdout)
  }
  for (const folder of ['run', 'data']) {
    if (process.getuid?.() === 0) spawnSync('chown', ['postgres', join(dir, folder)])
  }
  chmodSync(join(dir, 'data'), 0o700)
  const data = join(dir, 'data')
  const initdb = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8']
  asPostgres(`${programs}/initdb`, `--pgdata=${data}`, '--no-sync', ...initdb)
  // As on a host (padlock-database, cluster.py); the user `postgres` may be another one here.
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'local app app scram-sha-256\nlocal all postgres trust\n',
  )
  const options = `-c listen_addresses= -c unix_socket_directories=${dir}/run -c fsync=off`
  const pgCtl = [`${programs}/pg_ctl`, '--silent', '-D', data, '-l', `${dir}/run/log`]
  asPostgres(...pgCtl, '-o', options, '-w', 'start')

  const databases = await startDatabases({
    ...{ dir: join(dir, 'sandbox'), admits: () => true, log: () => {} },
    hosts: { public: '127.0.0.1', private: '127.0.0.3' },
    names: { public: 'localhost', private: 'localhost' },
  })
  const { port } = await databases.place('one')
  await databases.create('one', ADMIN)
  await databases.createUser('one', 'app', APP)
  await databases.createDatabase('one', 'app')
  writeFileSync(join(dir, 'ca.crt'), await databases.ca('one'))
  const tls = `host=localhost port=${port} dbname=app sslmode=verify-full sslrootcert=${dir}/ca.crt`

  /** Beside this process, in which the way to the cluster is. */
  function run(command: string, args: string[], input = '', more = {}): Promise<Done> {
    const child = spawn(command, args, { env: { ...env, ...more } })
    const texts = { stdout: '', said: '' }
    for (const [name, stream] of [
      ['stdout', child.stdout],
      ['said', child.stderr],
    ] as const)
      stream.setEncoding('utf8').on('data', (text) => {
        texts[name] += text
      })
    child.stdin.on('error', () => {}).end(input)
    return new Promise((done) => {
      child.once('close', (status) => done({ status, ...texts }))
    })
  }
  const where = {
    local: ['-h', `${dir}/run`, '-U', 'app', 'app'],
    managed: [`${tls} user=app`],
  }
  /** As the app does; what psql prints, errors too. */
  async function ask(kind: Kind, sql: string, ...args: string[]): Promise<string> {
    const words = ['-XAtq', '-v', 'ON_ERROR_STOP=1', ...args, ...where[kind]]
    const { stdout, said } = await run('psql', words, sql, {
      PGPASSWORD: kind === 'local' ? LOCAL : APP,
    })
    return (stdout + said).trim()
  }
  /** As who has the server, or the cluster's databases. */
  async function administrate(kind: Kind, sql: string, database = 'app'): Promise<string> {
    const of = {
      local: ['-h', `${dir}/run`, '-U', 'postgres', database],
      managed: [`${tls} user=doadmin`],
    }
    const { stdout, said } = await run('psql', ['-XAtq', ...of[kind]], sql, { PGPASSWORD: ADMIN })
    return (stdout + said).trim()
  }
  /** As the provider, whom nobody outside of the cluster can be. */
  async function provide(sql: string): Promise<string> {
    const [pidfile = ''] = globSync(join(dir, 'sandbox/**/postmaster.pid'))
    const [, , , port = '', sockets = ''] = readFileSync(pidfile, 'utf8').split('\n')
    const words = ['-XAtq', '-h', sockets, '-p', port, '-U', 'postgres', 'app']
    const { stdout, said } = await run('psql', words, sql)
    return (stdout + said).trim()
  }
  const role = `CREATE ROLE app LOGIN PASSWORD '${LOCAL}'; CREATE DATABASE app OWNER app;`
  await administrate('local', role, 'postgres')
  await administrate(
    'managed',
    'GRANT ALL ON DATABASE app TO app; GRANT ALL ON SCHEMA public TO app;',
  )

  const order = (to: Kind, change: object = {}) => ({
    ...{ from: to === 'local' ? 'managed' : 'local', to, replace: false },
    ...{ host: 'localhost', port, user: 'doadmin', password: ADMIN, database: 'app', app: 'app' },
    ...{ appPassword: APP, localPassword: LOCAL, storageMiB: 10_240, ...change },
  })
  const move = (verb: string, input: object | string, more = {}) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input)
    return run('python3', [join(__dirname, 'host.py'), dir, ...FOLDERS, verb], text, more)
  }
  return {
    ...{ dir, ask, administrate, provide, order, move, run },
    secrets: [ADMIN, APP, LOCAL],
    live: (kind: Kind) => writeFileSync(join(dir, 'live'), kind),
    trouble: (python: string) => writeFileSync(join(dir, 'trouble'), python),
    /** A release that uses this database, up to where it would start. */
    release: (kind: Kind) => move('release', '', { RELEASE_DATABASE: kind }),
    async close() {
      await databases.close()
      asPostgres(...pgCtl, '-m', 'immediate', 'stop')
      rmSync(dir, { recursive: true })
    },
  }
}
