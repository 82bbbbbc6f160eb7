import { once } from 'node:events'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Longest path of a unix socket that every system takes (macOS: 104 bytes with the final zero). */
const SOCKET_PATH_MAX = 103

/** A connection to a unix socket, whatever the length of its path; rejects where nobody listens. */
export async function connectUnix(path: string): Promise<Socket> {
  const short = await shorten(path)
  try {
    const socket = connect(short.path)
    await once(socket, 'connect')
    return socket
  } finally {
    await short.remove()
  }
}

/** A path that is too long for a socket is reached through a link to its folder. */
async function shorten(path: string): Promise<{ path: string; remove: () => Promise<void> }> {
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) return { path, remove: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'socket-'))
  const link = join(folder, 'd')
  await symlink(dirname(path), link)
  return {
    path: join(link, path.slice(dirname(path).length + 1)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
