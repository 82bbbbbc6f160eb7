/** A host with an app's database in a folder, and `seed` on it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { postgresql } from '../../support/postgresql.ts'
import { makePlace, type Outcome, type Place } from '../backups/place.ts'

const HOST = join(import.meta.dirname, '../../../host')
const { programs } = postgresql()

export const PASSWORD = 'correct-horse-battery-staple'
/** The app's own database asks for its password, as on a host; this computer has no user `app` to let in by its name. */
const HBA = 'local app app scram-sha-256\nlocal all all trust\n'
/** Its part is played by another one that owns nothing. */
const RUNUSER = `#!/bin/sh
user=$2; shift 3
[ "$(id -u)" = 0 ] || exec "$@"
[ "$user" != app ] || user=nobody
exec /usr/sbin/runuser --user "$user" -- "$@"
`

export interface SeedHost extends Place {
  seed(verb: string, order: object): Promise<Outcome>
  /** The same, before it has ended. */
  begin(verb: string, order: object): ChildProcessWithoutNullStreams
  /** A line for a shell, with these variables and parameters. */
  shell(env: Record<string, string>, script: string, words: string[]): Promise<Outcome>
  /** Rows of the app's database, or of another one, columns divided by `|`. */
  rows(query: string, database?: string): Promise<string>
}

/** @param rootPath the certificate that the object storage's chains to */
export async function makeHost(rootPath: string): Promise<SeedHost> {
  const place = await makePlace(rootPath)
  writeFileSync(join(place.dir, 'bin/runuser'), RUNUSER, { mode: 0o755 })
  const env = { ...process.env, DIR: place.dir, PATH: `${place.dir}/bin:${process.env.PATH}` }
  const app = { ...env, PGPASSWORD: PASSWORD }
  writeFileSync(join(place.dir, 'data/pg_hba.conf'), HBA)
  await place.sql('SELECT pg_reload_conf()')
  await place.sql(`CREATE ROLE app LOGIN PASSWORD '${PASSWORD}'`)
  await place.sql('CREATE DATABASE app OWNER app')
  const folders = ['padlock-app', 'padlock-database', 'padlock-seed'].map((name) =>
    join(HOST, name, 'files/usr/lib/padlock'),
  )
  const begin = (verb: string, order: object) => {
    const program = join(import.meta.dirname, 'host.py')
    const child = spawn('python3', [program, place.dir, programs, ...folders, verb], { env })
    child.stdin.end(JSON.stringify(order))
    return child
  }
  return {
    ...place,
    begin,
    seed: (verb, order) => outcome(begin(verb, order)),
    shell: (more, script, words) =>
      outcome(spawn('sh', ['-c', script, 'sh', ...words], { env: { ...env, ...more } })),
    async rows(query, database = 'app') {
      const words = ['-XqtA', '-v', 'ON_ERROR_STOP=1', '-h', `${place.dir}/run`, '-U', 'app']
      const child = spawn(join(programs, 'psql'), [...words, '-d', database, '-c', query], {
        env: app,
      })
      const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
      if (errors) throw new Error(errors)
      return out.trim()
    },
  }
}

async function outcome(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  const ended = new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)))
  const outputs = [text(child.stdout), text(child.stderr)] as const
  const [stdout, stderr, code] = await Promise.all([...outputs, ended])
  return { code, stdout, stderr }
}
