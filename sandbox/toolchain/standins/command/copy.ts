import { createReadStream, readdirSync, statSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Client } from 'ssh2'
import { Remote } from './sftp.ts'
import type { Source } from './source.ts'

/**
 * Copies to the host as the official plugin does: parents are made, a file goes into an existing
 * directory, a folder into `remotePath` under its own name unless a slash ends its path. Modes are
 * not carried over, and files that are gone from the source stay.
 */
export async function copySource(
  client: Client,
  source: Source,
  remotePath: string,
): Promise<void> {
  const remote = await Remote.open(client)
  if ('text' in source) {
    if ((await remote.kind(remotePath)) === 'directory') {
      throw new Error(
        `remote path ${remotePath} is a directory; when using a text asset, remotePath must be a file path`,
      )
    }
    await makeParents(remote, remotePath)
    const target = await create(remote, remotePath)
    await target.write(Buffer.from(source.text))
  } else if (statSync(source.path).isDirectory()) {
    await copyFolder(remote, source.path, remotePath)
  } else {
    const inside = (await remote.kind(remotePath)) === 'directory'
    const target = inside ? posix.join(remotePath, basename(source.path)) : remotePath
    if (!inside) await makeParents(remote, target)
    await copyFile(remote, source.path, target)
  }
}

async function copyFolder(remote: Remote, folder: string, remotePath: string): Promise<void> {
  if (!folder.endsWith('/')) {
    return copyTree(remote, folder, posix.join(remotePath, basename(folder)))
  }
  if ((await remote.kind(remotePath)) === 'other') {
    throw new Error(`remote path ${remotePath} exists but is not a directory`)
  }
  return copyTree(remote, folder, remotePath)
}

async function copyTree(remote: Remote, folder: string, target: string): Promise<void> {
  await remote.makeAll(target).catch((error: Error) => {
    // A parent that is a file answers as if there were none.
    const cause = /not a directory/.test(error.message) ? 'file does not exist' : error.message
    throw new Error(`failed to create remote directory ${target}: ${cause}`)
  })
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const [from, to] = [join(folder, entry.name), posix.join(target, entry.name)]
    if (entry.isDirectory()) await copyTree(remote, from, to)
    else await copyFile(remote, from, to)
  }
}

async function copyFile(remote: Remote, from: string, to: string): Promise<void> {
  const target = await create(remote, to)
  try {
    await pipeline(createReadStream(from), target.stream())
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const cause = code === 'EISDIR' ? `read ${from}: is a directory` : message
    throw new Error(`failed to copy file ${from} to remote path ${to}: ${cause}`)
  }
}

async function makeParents(remote: Remote, path: string): Promise<void> {
  // As Go's path.Dir, which takes a trailing slash for an empty name.
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
  await remote.makeAll(parent).catch((error: Error) => {
    throw new Error(`failed to create parent directories for ${path}: ${error.message}`)
  })
}

function create(remote: Remote, path: string) {
  return remote.create(path).catch((error: Error) => {
    throw new Error(`failed to create remote file ${path}: ${error.message}`)
  })
}
