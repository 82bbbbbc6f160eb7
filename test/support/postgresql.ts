import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Debian keeps each version's server in a folder of its own, out of PATH. */
const DEBIAN = '/usr/lib/postgresql'

/** The newest PostgreSQL server of this computer. */
export interface PostgreSql {
  /** As in `17`. */
  version: string
  /** The folder of initdb, pg_ctl and postgres. */
  programs: string
}

/** @throws Error that names the package if there is none */
export function postgresql(): PostgreSql {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : []
  const [version] = versions
    .filter((each) => existsSync(join(DEBIAN, each, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a))
  if (version !== undefined) return { version, programs: join(DEBIAN, version, 'bin') }
  const initdb = spawnSync('sh', ['-c', 'command -v initdb'], { encoding: 'utf8' }).stdout.trim()
  const said = spawnSync('initdb', ['--version'], { encoding: 'utf8' }).stdout
  const [, found] = /\(PostgreSQL\) (\d+)/.exec(said ?? '') ?? []
  if (!initdb || !found) throw new Error('no PostgreSQL server: apt-get install postgresql')
  return { version: found, programs: dirname(initdb) }
}
