import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunError } from '@pulumi/pulumi'
import { gzipSync } from 'fflate'
import { type Pack, pack } from 'tar-stream'
import { type SentFile, sentFiles } from './files.ts'

/** A folder packed for the host. */
export interface Archive {
  /** Path of the .tar.gz, relative to the project. */
  path: string
  /** SHA-256 of its contents before compression, hex; the same tree gives the same digest. */
  sha256: string
}

const CACHE = join('node_modules', '.cache', 'padlock')

/**
 * Packs what of a folder is sent. The bytes depend on names, contents, links and executable bits
 * alone: no times, owners or order of the file system.
 * @throws RunError naming the folder if nothing is left to pack, or its links that lead out of it
 */
export async function archive(folder: string): Promise<Archive> {
  const files = sentFiles(folder)
  if (files.length === 0)
    throw new RunError(`appSource ${folder}: its ignore file leaves no file to send`)
  const tar = pack()
  const chunks = collect(tar)
  for (const file of files) add(tar, folder, file)
  tar.finalize()
  const bytes = await chunks
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path: store(bytes, sha256), sha256 }
}

function add(tar: Pack, folder: string, { path, link }: SentFile): void {
  const mtime = new Date(0)
  if (link !== undefined) {
    tar.entry({ name: path, type: 'symlink', linkname: link, mode: 0o777, mtime })
    return
  }
  const executable = (statSync(join(folder, path)).mode & 0o100) !== 0
  const mode = executable ? 0o755 : 0o644
  tar.entry({ name: path, mode, mtime }, readFileSync(join(folder, path)))
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
