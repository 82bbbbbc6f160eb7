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

const cache = process.env.PADLOCK_CACHE ?? join(import.meta.dirname, '../..', '.sandbox', 'cache')
/** The release of the hosts: its pgBackRest is the first that knows PostgreSQL 18. */
const SUITE = 'trixie'
const VERSION = '2.55'
/** glibc's own loader runs a program with other libraries than this computer's (ld.so(8)). */
const RUN = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here"/ld-linux* --argv0 pgbackrest --library-path "$here" "$here/program" "$@"
`

/**
 * Puts pgBackRest of the hosts' Debian into a folder, as `pgbackrest`, where this computer's is older: from the
 * cache or out of Debian's packages, some 30 MB, once. Whoever reads the folder can run it.
 */
export async function newerPgbackrest(bin: string): Promise<void> {
  const said = execFileSync('pgbackrest', ['version'], { encoding: 'utf8' })
  if (Number(/2\.(\d+)/.exec(said)?.[1]) >= Number(VERSION.split('.')[1])) return
  const done = join(cache, `pgbackrest-${SUITE}`)
  if (!existsSync(done)) await fetched(done)
  const own = join(bin, 'pgbackrest-newer')
  mkdirSync(own)
  for (const name of readdirSync(done)) copyFileSync(join(done, name), join(own, name))
  writeFileSync(join(own, 'run'), RUN, { mode: 0o755 })
  chmodSync(own, 0o755)
  execFileSync('ln', ['-s', join(own, 'run'), join(bin, 'pgbackrest')])
}

/** The program, the loader and the libraries that it needs, in one folder. */
async function fetched(done: string): Promise<void> {
  await ensurePrerequisites(['mmdebstrap'])
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(`${done}.`)
  const tar = join(work, 'root.tar')
  const words = ['--quiet', '--variant=extract', '--include=pgbackrest,libc6', SUITE, tar]
  execFileSync('mmdebstrap', words, { stdio: ['ignore', 'ignore', 'inherit'] })
  const root = join(work, 'root')
  mkdirSync(root)
  execFileSync('tar', [
    '-xf',
    tar,
    '-C',
    root,
    '--no-same-owner',
    './usr/bin',
    './usr/lib',
    './usr/lib64',
  ])
  const loaders = join(root, 'usr/lib64')
  const [loader = ''] = readdirSync(loaders).filter((name) => name.startsWith('ld-linux'))
  const program = join(root, 'usr/bin/pgbackrest')
  const [folder = ''] = readdirSync(join(root, 'usr/lib')).filter((name) =>
    name.endsWith('-linux-gnu'),
  )
  const libraries = join(root, 'usr/lib', folder)
  const listed = execFileSync(
    join(loaders, loader),
    ['--library-path', libraries, '--list', program],
    { encoding: 'utf8' },
  )
  const needed = [...listed.matchAll(/=> (\S+)/g)].map(([, path]) => path as string)
  const small = join(work, 'small')
  mkdirSync(small)
  for (const path of [...needed, join(loaders, loader)])
    copyFileSync(path, join(small, basename(path)))
  copyFileSync(program, join(small, 'program'))
  try {
    renameSync(small, done)
  } catch (error) {
    // Another process has it by now.
    if (!existsSync(done)) throw error
  }
  rmSync(work, { recursive: true })
}
