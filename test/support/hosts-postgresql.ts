import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cache, fromPackage, needed, SUITE } from './hosts-program.ts'

/** The version of the hosts. */
const VERSION = '17'
const OWN = `usr/lib/postgresql/${VERSION}`
/** It finds its other programs and files from the path that it is called by, which is this script's. */
const RUN = (name: string) => `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
libraries=$here/../libraries
exec "$libraries"/ld-linux* --argv0 "$here/${name}" --library-path "$libraries" "$here/../programs/${name}" "$@"
`

/**
 * Puts PostgreSQL of the hosts' Debian into a folder, whichever this computer has: from the cache or out of
 * Debian's packages, some 150 MB, once. Compilation by LLVM is left out, which no host's settings reach.
 * @param dir whoever reads it can run the programs; on the file system of the cache it takes no room
 * @returns the folder of initdb, pg_ctl and postgres
 */
export async function hostsPostgresql(dir: string): Promise<string> {
  const done = join(cache, `postgresql-${VERSION}-${SUITE}`)
  if (!existsSync(done))
    await fromPackage(done, `postgresql-${VERSION}`, ['./usr/share/postgresql'], pick)
  const own = join(dir, 'postgresql')
  try {
    execFileSync('cp', ['-al', done, own], { stdio: 'pipe' })
  } catch {
    cpSync(done, own, { recursive: true, force: true })
  }
  return join(own, OWN, 'bin')
}

function pick(root: string, small: string): void {
  const at = (...path: string[]) => join(small, OWN, ...path)
  for (const folder of ['bin', 'programs', 'libraries', 'lib'])
    mkdirSync(at(folder), { recursive: true })
  const modules = readdirSync(join(root, OWN, 'lib')).filter((one) =>
    /^(?!llvmjit).*\.so$/.test(one),
  )
  const programs = readdirSync(join(root, OWN, 'bin'))
  for (const one of modules) copyFileSync(join(root, OWN, 'lib', one), at('lib', one))
  for (const one of programs) {
    copyFileSync(join(root, OWN, 'bin', one), at('programs', one))
    writeFileSync(at('bin', one), RUN(one), { mode: 0o755 })
  }
  const all = [
    ...programs.map((one) => join(root, OWN, 'bin', one)),
    ...modules.map((one) => join(root, OWN, 'lib', one)),
  ]
  for (const one of needed(root, all)) copyFileSync(one, at('libraries', basename(one)))
  const share = `usr/share/postgresql/${VERSION}`
  cpSync(join(root, share), join(small, share), {
    recursive: true,
    filter: (path) => basename(path) !== 'man',
  })
}
