import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openAuthority } from '../ca/index.ts'
import { writeAtomically } from '../files.ts'
import { findProgram } from '../machine/programs.ts'
import { recordProcess } from '../processes.ts'
import type { DatabasePool } from '../types.ts'
import { asPlainUser, strictPoolSettings } from './programs.ts'
import { INSIDE, type ServerOptions } from './server.ts'

const START_MS = 60_000
/** At once: since PgBouncer 1.23 SIGTERM waits for clients (its changelog). */
const ENDS = 'SIGQUIT'

interface Login {
  name: string
  password: string
}

/**
 * PgBouncer in front of a cluster's server (https://www.pgbouncer.org/config.html): a pool is what
 * clients call a database. It runs while there are pools; `died` is told where it ends by itself.
 */
export class Pooler {
  readonly #options: ServerOptions
  /** Where PgBouncer listens; the server's own port is another. */
  readonly #port: number
  #child?: ChildProcess
  #forget = async () => {}
  #last: [pools: DatabasePool[], logins: Login[]] = [[], []]

  constructor(options: ServerOptions, port: number) {
    this.#options = options
    this.#port = port
  }

  /** Makes the pools those that are given: PgBouncer is started, started anew, or ended. */
  async set(pools: DatabasePool[], logins: Login[]): Promise<void> {
    await this.stop()
    this.#last = [pools, logins]
    if (pools.length === 0) return
    const { path } = await findProgram(['pgbouncer'])
    const { stdout: version } = await promisify(execFile)(path, ['--version'])
    const config = await this.#configure(pools, logins, strictPoolSettings(version))
    const { dir, id } = this.#options
    await mkdir(join(dir, 'logs'), { recursive: true })
    const log = await open(join(dir, 'logs', `pool-${id}.log`), 'a', 0o600)
    const [program, ...args] = asPlainUser([path, '-q', config])
    const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd] })
    await new Promise<void>((spawned, fail) => child.once('spawn', spawned).once('error', fail))
    await log.close()
    this.#child = child
    this.#forget = await recordProcess(dir, `pool-${id}`, child.pid as number, { signal: ENDS })
    const deadline = Date.now() + START_MS
    while (!(await listens(this.#port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await this.stop()
        throw new Error(`the connection pools do not start: see ${dir}/logs/pool-${id}.log`)
      }
      await sleep(50)
    }
    child.once('exit', () => this.#ended(child))
    if (child.exitCode !== null || child.signalCode !== null) this.#ended(child)
  }

  /** Starts PgBouncer with the pools that there were, where it has ended by itself. */
  async again(): Promise<void> {
    if (!this.#child) await this.set(...this.#last)
  }

  #ended(child: ChildProcess): void {
    // Who stops it has let go of it before.
    if (this.#child !== child) return
    this.#child = undefined
    this.#options.died?.('PgBouncer has ended by itself')
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((exited) => child.once('exit', exited))
      child.kill(ENDS)
      await Promise.race([
        gone,
        sleep(3000, undefined, { ref: false }).then(() => child.kill('SIGKILL')),
      ])
      await gone
    }
    await this.#forget()
  }

  async #configure(pools: DatabasePool[], logins: Login[], more: string[]): Promise<string> {
    const { folder, names, port } = this.#options
    const at = join(folder, 'pools')
    await rm(at, { recursive: true, force: true })
    const authority = await openAuthority(folder)
    const { key, cert } = await authority.issue({ names })
    const file = (name: string) => join(at, name)
    await writeAtomically(file('server.key'), key)
    await writeAtomically(file('server.crt'), cert)
    await writeAtomically(file('ca.crt'), authority.rootPem)
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    const lines = logins.map(({ name, password }) => `${quoted(name)} ${quoted(password)}`)
    await writeAtomically(file('users.txt'), `${lines.join('\n')}\n`)
    const databases = pools.map(
      ({ name, database, user, size, mode }) =>
        `${name} = host=${INSIDE} port=${port} dbname=${database} ` +
        `${user ? `user=${user} ` : ''}pool_size=${size} pool_mode=${mode}`,
    )
    const settings = [
      ...['[databases]', ...databases, '[pgbouncer]'],
      ...[`listen_addr = ${INSIDE}`, `listen_port = ${this.#port}`, 'unix_socket_dir ='],
      ...['auth_type = scram-sha-256', `auth_file = ${file('users.txt')}`],
      ...['client_tls_sslmode = require', `client_tls_key_file = ${file('server.key')}`],
      ...[`client_tls_cert_file = ${file('server.crt')}`, 'server_tls_sslmode = verify-ca'],
      ...[`server_tls_ca_file = ${file('ca.crt')}`, 'max_client_conn = 500'],
      // Clients send it as they start, and a pool has one for all of them.
      'ignore_startup_parameters = extra_float_digits',
      ...more,
    ]
    await writeAtomically(file('pgbouncer.ini'), `${settings.join('\n')}\n`)
    return file('pgbouncer.ini')
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: INSIDE, port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
