import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openAuthority } from '../ca/index.ts'
import { readIfThere, writeAtomically } from '../files.ts'
import { recordProcess } from '../processes.ts'
import { asPlainUser, type Programs, postgresPrograms } from './programs.ts'
import { createDatabase, createUser } from './sql.ts'

const run = promisify(execFile)

/** Where servers listen: an address that a droplet cannot reach, so that the gate is the only way. */
export const INSIDE = '127.0.0.2'
const START_MS = 60_000
const STOP_MS = 10_000
/** Role that owns the server and that nobody outside can be (pg_hba.conf). */
const OWNER = 'postgres'
/**
 * Its database, which the provider's clusters have in the place of `postgres`. Whether others may enter
 * the real one is not known; here they may not.
 */
const BASE = '_dodb'
/** Also of a server that was made with `postgres`. */
const RENAME = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_database WHERE datname = '${BASE}') THEN
    ALTER DATABASE postgres RENAME TO ${BASE};
    REVOKE CONNECT ON DATABASE ${BASE} FROM PUBLIC;
  END IF;
END $$;`

const ROLES_APART = 16

export interface ServerOptions {
  /** Everything of the server: its data, its authority, its certificate. */
  folder: string
  /** The sandbox's state: processes are noted there, logs lie there. */
  dir: string
  id: string
  port: number
  /** Names that its certificate is for. */
  names: string[]
  /** Told when the process ends that nobody has ended, and why. */
  died?(reason: string): void
}

/** A PostgreSQL server of its own for a cluster: TLS only, SCRAM, an authority of its own. */
export class PostgresServer {
  readonly #options: ServerOptions
  #child?: ChildProcess
  #socketFolder = ''
  #programs?: Promise<Programs>
  #forget = async () => {}

  constructor(options: ServerOptions) {
    this.#options = options
  }

  get #data(): string {
    return join(this.#options.folder, 'data')
  }

  /** Those of the version that made the data: no other reads them. */
  get programs(): Promise<Programs> {
    this.#programs ??= readIfThere(join(this.#data, 'PG_VERSION')).then((version) =>
      postgresPrograms(version?.trim()),
    )
    return this.#programs
  }

  /** Makes the data directory, starts the server and makes doadmin and defaultdb, as the provider does. */
  async make(password: string, version?: string): Promise<void> {
    const { initdb } = await postgresPrograms()
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 })
    // What an interrupted start left: nobody has used it yet.
    await rm(this.#data, { recursive: true, force: true })
    const [program, ...args] = asPlainUser([
      ...[initdb, '-D', this.#data, '-U', OWNER, '--encoding=UTF8', '--locale=C.UTF-8'],
      ...['--data-checksums', '--auth=scram-sha-256', '--auth-local=trust', '--no-sync'],
    ])
    await run(program, args)
    await this.start()
    await this.sql([
      createUser('doadmin', password),
      `ALTER ROLE doadmin CREATEDB REPLICATION ${await this.#rolesOf(version)};`,
      createDatabase('defaultdb'),
    ])
  }

  /**
   * Since PostgreSQL 16 CREATEROLE rules those roles alone that it made (its release notes). An older
   * server that stands for one cannot do so, and its doadmin makes no roles either.
   */
  async #rolesOf(version = `${ROLES_APART}`): Promise<string> {
    const own = Number(await readIfThere(join(this.#data, 'PG_VERSION')))
    return own < ROLES_APART && Number(version) >= ROLES_APART ? 'NOCREATEROLE' : 'CREATEROLE'
  }

  /** Starts the server and waits until it answers; what does not start leaves nothing. */
  async start(): Promise<void> {
    if (this.#child && !over(this.#child)) return
    const { postgres } = await this.programs
    await this.#configure()
    const { dir, id } = this.#options
    await mkdir(join(dir, 'logs'), { recursive: true })
    const log = await open(this.#logPath, 'a', 0o600)
    try {
      const [program, ...args] = asPlainUser([postgres, '-D', this.#data])
      const child = spawn(program, args, { stdio: ['ignore', log.fd, log.fd] })
      await new Promise<void>((spawned, fail) => child.once('spawn', spawned).once('error', fail))
      this.#child = child
      // "Fast", as stop() has it.
      const note = { signal: 'SIGINT', folder: this.#socketFolder } as const
      this.#forget = await recordProcess(dir, `database-${id}`, child.pid as number, note)
      await this.#answers(child)
      await this.sql([RENAME], 'template1')
      child.once('exit', () => this.#ended(child))
      if (over(child)) throw new Error(await this.#lastLine())
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      await log.close()
    }
  }

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_MS
    const asked = () =>
      this.sql(['SELECT 1;'], 'template1').then(
        () => true,
        () => false,
      )
    while (!(await asked())) {
      if (over(child) || Date.now() > deadline) {
        throw new Error(`the database server does not start: ${await this.#lastLine()}`)
      }
      await sleep(100)
    }
  }

  async #ended(child: ChildProcess): Promise<void> {
    // Who stops it has let go of it before.
    if (this.#child !== child) return
    const reason = await this.#lastLine()
    if (this.#child !== child) return
    await this.stop()
    this.#options.died?.(`the database server has ended: ${reason}`)
  }

  get #logPath(): string {
    return join(this.#options.dir, 'logs', `database-${this.#options.id}.log`)
  }

  async #lastLine(): Promise<string> {
    return (await readIfThere(this.#logPath))?.trim().split('\n').at(-1) || 'it said nothing'
  }

  /** Runs statements as the server's owner, one after the other; psql's commands too. */
  async sql(statements: string[], database = BASE): Promise<string> {
    const { psql } = await this.programs
    // No file of the user's own is read, and what is wrong ends it.
    const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
    const { port } = this.#options
    const done = run(psql, [
      ...args,
      '-h',
      this.#socketFolder,
      '-p',
      `${port}`,
      '-U',
      OWNER,
      '-d',
      database,
    ])
    // Over the standard input: a password in the arguments is for all to see.
    done.child.stdin?.on('error', () => {}).end(`${statements.join('\n')}\n`)
    return (await done).stdout.trim()
  }

  async databases(): Promise<string[]> {
    const names = await this.sql(['SELECT datname FROM pg_database WHERE NOT datistemplate;'])
    return names.split('\n')
  }

  /** Ends open connections and the server with them ("fast", pg_ctl(1)); its data stay. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child && !over(child)) {
      const gone = new Promise((exited) => child.once('exit', exited))
      child.kill('SIGINT')
      const late = sleep(STOP_MS, undefined, { ref: false }).then(() => child.kill('SIGQUIT'))
      await Promise.race([gone, late.then(() => gone)])
    }
    await this.#forget()
    if (this.#socketFolder) await rm(this.#socketFolder, { recursive: true, force: true })
  }

  async #configure(): Promise<void> {
    const { folder, names, port } = this.#options
    const authority = await openAuthority(folder)
    const { key, cert } = await authority.issue({ names })
    await writeAtomically(join(this.#data, 'server.crt'), cert)
    await writeAtomically(join(this.#data, 'server.key'), key)
    // A socket's path holds 107 bytes at most, and a sandbox's folder may be deep.
    this.#socketFolder = await mkdtemp(join(tmpdir(), 'padlock-db-'))
    await chmod(this.#socketFolder, 0o700)
    const settings = [
      `listen_addresses = '${INSIDE}'`,
      `port = ${port}`,
      `unix_socket_directories = '${this.#socketFolder}'`,
      'ssl = on',
      "ssl_min_protocol_version = 'TLSv1.2'",
      'password_encryption = scram-sha-256',
      // The smallest cluster of the provider has 25 connections, three of them kept back.
      'max_connections = 25',
      'shared_buffers = 32MB',
      'fsync = off',
      // A statement that fails may hold a password.
      'log_min_error_statement = panic',
    ]
    await writeAtomically(join(this.#data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`)
    const rules = [
      `local all ${OWNER} trust`,
      `hostssl all ${OWNER} all reject`,
      'hostssl all all all scram-sha-256',
    ]
    await writeAtomically(join(this.#data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
  }
}

const over = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null
