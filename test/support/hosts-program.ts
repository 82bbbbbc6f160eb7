import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { ensurePrerequisites } from '../../sandbox/prerequisites.ts'

export const cache =
  process.env.PADLOCK_CACHE ?? join(import.meta.dirname, '../..', '.sandbox', 'cache')
/** The release of the hosts. */
export const SUITE = 'trixie'
/** The package that each is in, and where. */
const PROGRAMS = {
  pgbackrest: ['pgbackrest', 'usr/bin/pgbackrest'],
  restic: ['restic', 'usr/bin/restic'],
  pg_restore: ['postgresql-client-17', 'usr/lib/postgresql/17/bin/pg_restore'],
} as const
/** glibc's own loader runs a program with other libraries than this computer's (ld.so(8)). */
const RUN = (name: string) => `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here"/ld-linux* --argv0 ${name} --library-path "$here" "$here/program" "$@"
`

/**
 * Puts a program of the hosts' Debian into a folder, whichever this computer has: from the cache or out of
 * Debian's packages, some 30 MB, once. Whoever reads the folder can run it.
 */
export async function hostsProgram(name: keyof typeof PROGRAMS, bin: string): Promise<void> {
  const [pack, path] = PROGRAMS[name]
  const done = join(cache, `${name}-${SUITE}`)
  if (!existsSync(done)) await fetched(pack, path, done)
  const own = join(bin, `${name}-${SUITE}`)
  mkdirSync(own)
  for (const each of readdirSync(done)) copyFileSync(join(done, each), join(own, each))
  writeFileSync(join(own, 'run'), RUN(name), { mode: 0o755 })
  chmodSync(own, 0o755)
  execFileSync('ln', ['-s', join(own, 'run'), join(bin, name)])
}

/** The program, the loader and the libraries that it needs, in one folder. */
async function fetched(pack: string, path: string, done: string): Promise<void> {
  await fromPackage(done, pack, ['./usr/bin'], (root, small) => {
    mkdirSync(small)
    for (const one of needed(root, [join(root, path)]))
      copyFileSync(one, join(small, basename(one)))
    copyFileSync(join(root, path), join(small, 'program'))
  })
}

/**
 * Makes a folder of the cache out of a package of the hosts' Debian and of what it depends on.
 * @param more folders of it that are read beside those of libraries
 * @param pick makes the second folder of what is in the first
 */
export async function fromPackage(
  done: string,
  pack: string,
  more: string[],
  pick: (root: string, small: string) => void,
): Promise<void> {
  await ensurePrerequisites(['mmdebstrap'])
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(`${done}.`)
  const tar = join(work, 'root.tar')
  const words = ['--quiet', '--variant=extract', `--include=${pack},libc6`, SUITE, tar]
  execFileSync('mmdebstrap', words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const root = join(work, 'root')
  mkdirSync(root)
  const folders = ['./usr/lib', './usr/lib64', ...more]
  execFileSync('tar', ['-xf', tar, '-C', root, '--no-same-owner', ...folders])
  const small = join(work, 'small')
  pick(root, small)
  try {
    renameSync(small, done)
  } catch (error) {
    // Another process has it by now.
    if (!existsSync(done)) throw error
  }
  rmSync(work, { recursive: true })
}

/** glibc's loader in a root, and all libraries of it that these programs and modules need. */
export function needed(root: string, programs: string[]): string[] {
  const loaders = join(root, 'usr/lib64')
  const [name = ''] = readdirSync(loaders).filter((one) => one.startsWith('ld-linux'))
  const loader = join(loaders, name)
  const [folder = ''] = readdirSync(join(root, 'usr/lib')).filter((one) =>
    one.endsWith('-linux-gnu'),
  )
  const libraries = join(root, 'usr/lib', folder)
  const found = programs.flatMap((program) => {
    const listed = execFileSync(loader, ['--library-path', libraries, '--list', program], {
      encoding: 'utf8',
    })
    return [...listed.matchAll(/=> (\S+)/g)].map(([, path]) => path as string)
  })
  return [...new Set([...found, loader])]
}
