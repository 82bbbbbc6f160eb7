/** A host whose app has a managed database: real PostgreSQL over TLS, and dumps in a bucket. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDatabases } from '../../../sandbox/databases/index.ts'
import type { Fleet } from './fleet.ts'
import type { Outcome, Place } from './place.ts'

export const ADMIN = 'AVNS_correct-horse'
export const APP = 'AVNS_battery:staple\\'

export interface Clustered {
  place: Place
  /** Of its backups: the managed database alone, unless it is changed. */
  order: Record<string, unknown>
  /** What a restore is handed of the cluster. */
  into: { kind: 'managed'; user: string; password: string; storageMiB: number }
  /** Does the cluster let anybody in? */
  open(admits: boolean): void
  /** Variables of PostgreSQL's programs, for one of the two logins. */
  login(user: 'app' | 'doadmin', database?: string): NodeJS.ProcessEnv
  sql(user: 'app' | 'doadmin', statements: string, database?: string): Promise<string>
  /** Count, first and last of the table `numbers`. */
  rows(): Promise<string>
  /** Of databases of the app's and beside it. */
  names(): Promise<string>
  end(): Promise<void>
}

/** Beside this process, in which the way to the servers is. */
export function run(words: string[], env: NodeJS.ProcessEnv, cwd = '/'): Promise<Outcome> {
  const [program = '', ...args] = words
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((done) =>
    child.on('close', (code) => done({ code: code ?? -1, stdout, stderr })),
  )
}

/** Its database has an empty table `numbers`, and its backups are ordered. */
export async function clustered(fleet: Fleet): Promise<Clustered> {
  let admits = true
  const dir = mkdtempSync(join(tmpdir(), 'clusters-'))
  const made = await fleet.bucket('shop-backups', 'shop-dev')
  const place = await fleet.place()
  const databases = await startDatabases({
    dir,
    hosts: { public: '127.0.0.1', private: '127.0.0.3' },
    names: { public: 'localhost', private: 'localhost' },
    admits: () => admits,
    log: () => {},
  })
  const { port } = await databases.place('one')
  await databases.create('one', ADMIN)
  await databases.createUser('one', 'app', APP)
  await databases.createDatabase('one', 'app')
  const ca = join(place.dir, 'managed-ca.crt')
  writeFileSync(ca, await databases.ca('one'))
  const login = (user: 'app' | 'doadmin', database = 'app') => ({
    ...{ ...process.env, PGHOST: 'localhost', PGPORT: `${port}`, PGSSLMODE: 'verify-full' },
    ...{ PGSSLROOTCERT: ca, PGUSER: user, PGPASSWORD: user === 'app' ? APP : ADMIN },
    PGDATABASE: database,
  })
  const sql = async (user: 'app' | 'doadmin', statements: string, database?: string) => {
    const asked = await run(['psql', '-XqAtc', statements], login(user, database))
    if (asked.code !== 0) throw new Error(asked.stderr)
    return asked.stdout.trim()
  }
  await sql('doadmin', 'GRANT ALL ON DATABASE app TO app; GRANT ALL ON SCHEMA public TO app')
  await sql('app', 'CREATE TABLE numbers (n bigint PRIMARY KEY, said text)')
  const managed = { host: 'localhost', port, user: 'app', password: APP, database: 'app' }
  const order = { ...made.order, database: false, files: false, managed }
  await place.must('up', order)
  const names = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database"
  return {
    ...{ place, order, login, sql },
    into: { kind: 'managed', user: 'doadmin', password: ADMIN, storageMiB: 10_240 },
    open: (now) => {
      admits = now
    },
    rows: () => sql('app', 'SELECT count(*), min(n), max(n) FROM numbers'),
    names: () => sql('doadmin', `${names} WHERE datname LIKE 'app%'`, 'defaultdb'),
    async end() {
      await databases.close()
      rmSync(dir, { recursive: true })
    },
  }
}
