import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunError } from '@pulumi/pulumi'
import { gzipSync } from 'fflate'
import ignore from 'ignore'
import { type Pack, pack } from 'tar-stream'

/** A folder packed for the host. */
export interface Archive {
  /** Path of the .tar.gz, relative to the project. */
  path: string
  /** SHA-256 of its contents before compression, hex; the same tree gives the same digest. */
  sha256: string
}

/** Never sent, whatever the ignore file says. */
const NEVER = ['.git', '.env', '.env.*', '!.env.example']
const CACHE = join('node_modules', '.cache', 'padlock')

/**
 * Packs a folder, leaving out what its .containerignore (or .dockerignore) names. The bytes depend
 * on names, contents and executable bits alone: no times, owners or order of the file system.
 * @throws RunError naming the folder if nothing is left to pack.
 */
export async function archive(folder: string): Promise<Archive> {
  const files = list(folder, ignoreRules(folder))
  if (files.length === 0)
    throw new RunError(`appSource ${folder}: its ignore file leaves no file to send`)
  const tar = pack()
  const chunks = collect(tar)
  for (const file of files) {
    const executable = (statSync(join(folder, file)).mode & 0o100) !== 0
    tar.entry(
      { name: file, mode: executable ? 0o755 : 0o644, mtime: new Date(0) },
      readFileSync(join(folder, file)),
    )
  }
  tar.finalize()
  const bytes = await chunks
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path: store(bytes, sha256), sha256 }
}

function ignoreRules(folder: string) {
  const rules = ignore()
  for (const name of ['.containerignore', '.dockerignore']) {
    try {
      rules.add(readFileSync(join(folder, name), 'utf8'))
      break
    } catch {
      // A folder without an ignore file is sent whole.
    }
  }
  return rules.add(NEVER)
}

function list(folder: string, rules: ReturnType<typeof ignore>, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name
      if (entry.isDirectory()) {
        return rules.ignores(`${path}/`) ? [] : list(folder, rules, path)
      }
      return rules.ignores(path) || !statSync(join(folder, path)).isFile() ? [] : [path]
    })
}

async function collect(tar: Pack): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The path says what is in the file, and a rename never shows half of it. */
function store(bytes: Buffer, sha256: string): string {
  mkdirSync(CACHE, { recursive: true })
  const path = join(CACHE, `app-${sha256}.tar.gz`)
  const temporary = `${path}.${process.pid}`
  // Plain JavaScript: zlib's output differs between builds of Node, and the engine compares files.
  writeFileSync(temporary, gzipSync(bytes, { level: 9, mtime: 0 }))
  renameSync(temporary, path)
  return path
}
