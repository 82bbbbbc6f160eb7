import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { which } from '../machine/programs.ts'

const run = promisify(execFile)

/** Where Debian and its descendants keep the server's programs, a folder for each major version. */
const DEBIAN = '/usr/lib/postgresql'
/** Another folder like that, for simulated clusters of a version that this computer's system has not. */
const folder = () => process.env.PADLOCK_POSTGRESQL || DEBIAN

/** PostgreSQL's programs on this computer. */
export interface Programs {
  initdb: string
  postgres: string
  psql: string
}

/**
 * PostgreSQL's programs: of one major version, as data are read by that alone, or the newest.
 * @param version as in `17`, which a data directory has in `PG_VERSION`
 * @throws Error that names the version and those that there are if it is not there
 */
export async function postgresPrograms(version?: string, debian = folder()): Promise<Programs> {
  const servers = await installed(debian)
  const found = servers.find((one) => version === undefined || one.version === version)
  if (!found) {
    const has = servers.map((one) => one.version).join(' and ') || 'none'
    const wanted = version === undefined ? 'a PostgreSQL' : `PostgreSQL ${version}`
    throw new Error(
      `${wanted} server is needed (initdb, postgres), and this computer has ${has}. ` +
        `Fix: install it${version ? ', or delete the cluster, whose data no other version reads' : ''}`,
    )
  }
  const at = (name: string) => join(found.folder, name)
  const psql = (await which('psql', found.folder)) ?? (await which('psql')) ?? at('psql')
  return { initdb: at('initdb'), postgres: at('postgres'), psql }
}

/** The servers of this computer, the newest first. */
async function installed(debian: string): Promise<{ version: string; folder: string }[]> {
  const versions = (await readdir(debian).catch(() => [])).sort((a, b) => Number(b) - Number(a))
  const servers: { version: string; folder: string }[] = []
  for (const version of versions) {
    const folder = join(debian, version, 'bin')
    if ((await which('initdb', folder)) === join(folder, 'initdb'))
      servers.push({ version, folder })
  }
  const other = servers.length === 0 ? await which('initdb') : undefined
  if (!other) return servers
  const { stdout } = await run(other, ['--version'])
  const [, version = 'unknown'] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? []
  return [{ version, folder: dirname(other) }]
}

/**
 * Settings for a PgBouncer that keeps nothing of a session from one transaction to the next. Since
 * 1.21 it may follow prepared statements, since 1.24 it does (https://www.pgbouncer.org/changelog.html),
 * and DigitalOcean does not say whether its pools do; an older one knows no such setting.
 * @param version what `pgbouncer --version` prints
 */
export function strictPoolSettings(version: string): string[] {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? []
  const follows = Number(major) > 1 || Number(minor) >= 21
  return follows ? ['max_prepared_statements = 0'] : []
}

/**
 * The command line with which this user may run PostgreSQL, which refuses root: root runs it in a
 * user namespace in which it has another number (user_namespaces(7)), so that files stay its own.
 */
export function asPlainUser(command: string[]): [program: string, ...args: string[]] {
  const [program = '', ...args] = command
  if (process.getuid?.() !== 0) return [program, ...args]
  return ['unshare', '--user', '--map-user=1000', '--map-group=1000', program, ...args]
}
