/** The part of SFTP that copies files to a host, on a folder of this computer. */
import fs from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import ssh, { type Attributes, type SFTPWrapper } from 'ssh2'

const { STATUS_CODE, OPEN_MODE } = ssh.utils.sftp

/** Serves stat, open, write, mkdir and close; relative paths start at `home`, absolute ones at `root`. */
export function serveFiles(sftp: SFTPWrapper, home: string, root = '/'): void {
  const locate = (path: string) =>
    isAbsolute(path) && root !== '/' ? join(root, path) : resolve(home, path)
  const at = (path: string) => (path === '' ? '' : keepSlash(path, locate(path)))

  function answer(id: number, work: () => void): void {
    try {
      work()
    } catch (error) {
      sftp.status(id, statusOf((error as NodeJS.ErrnoException).code))
    }
  }
  const stat = (id: number, path: string) =>
    answer(id, () => sftp.attrs(id, attributes(fs.statSync(at(path)))))

  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('REALPATH', (id, path) =>
    sftp.name(id, [{ filename: at(path), longname: '', attrs: {} as never }]),
  )
  sftp.on('MKDIR', (id, path) =>
    answer(id, () => {
      fs.mkdirSync(at(path))
      sftp.status(id, STATUS_CODE.OK)
    }),
  )
  sftp.on('OPEN', (id, path, flags) =>
    answer(id, () => {
      const mode = flags & OPEN_MODE.TRUNC ? 'w' : flags & OPEN_MODE.WRITE ? 'r+' : 'r'
      const handle = Buffer.alloc(4)
      handle.writeUInt32BE(fs.openSync(at(path), mode))
      sftp.handle(id, handle)
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) =>
    answer(id, () => {
      fs.writeSync(handle.readUInt32BE(), data, 0, data.length, offset)
      sftp.status(id, STATUS_CODE.OK)
    }),
  )
  sftp.on('FSTAT', (id, handle) =>
    answer(id, () => sftp.attrs(id, attributes(fs.fstatSync(handle.readUInt32BE())))),
  )
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
  sftp.on('CLOSE', (id, handle) =>
    answer(id, () => {
      fs.closeSync(handle.readUInt32BE())
      sftp.status(id, STATUS_CODE.OK)
    }),
  )
}

/** A trailing slash means a directory, and makes the creation of a file fail. */
function keepSlash(asked: string, path: string): string {
  return asked.endsWith('/') && path !== '/' ? `${path}/` : path
}

function attributes(stats: fs.Stats): Attributes {
  const { mode, uid, gid, size, atimeMs, mtimeMs } = stats
  return { mode, uid, gid, size, atime: atimeMs / 1000, mtime: mtimeMs / 1000 }
}

function statusOf(code: string | undefined): number {
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE
  if (code === 'EACCES' || code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED
  return STATUS_CODE.FAILURE
}
