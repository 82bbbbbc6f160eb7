import { readdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { which } from '../machine/programs.ts'

/** Where Debian and its descendants keep the server's programs, a folder for each major version. */
const DEBIAN = '/usr/lib/postgresql'

/** PostgreSQL's programs on this computer. */
export interface Programs {
  initdb: string
  postgres: string
  psql: string
}

/**
 * The newest PostgreSQL that is installed: a client's version is no matter, the server's is.
 * @throws Error if there is none
 */
export async function postgresPrograms(): Promise<Programs> {
  const folder = await newest()
  if (!folder) throw new Error('this computer has no PostgreSQL server (initdb, postgres)')
  const at = (name: string) => join(folder, name)
  return { initdb: at('initdb'), postgres: at('postgres'), psql: at('psql') }
}

async function newest(): Promise<string | undefined> {
  const versions = (await readdir(DEBIAN).catch(() => [])).sort((a, b) => Number(b) - Number(a))
  const folders = versions.map((version) => join(DEBIAN, version, 'bin'))
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(delimiter)]) {
    const found = await which('initdb', folder)
    if (found && dirname(found) === folder) return folder
  }
  return undefined
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
