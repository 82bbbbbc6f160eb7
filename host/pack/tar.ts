import { pack } from 'tar-stream'

export interface TarEntry {
  /** Without a leading slash; a directory's ends in one. */
  path: string
  /** Left out of a directory. */
  content?: Buffer
  executable?: boolean
}

/** Time of every file, 2020-01-01T00:00:00Z in seconds: lintian calls files from before 1975 ancient. */
export const EPOCH = 1577836800

/** A tar (ustar) of these entries in this order, all of them root's. */
export async function tar(entries: TarEntry[]): Promise<Buffer> {
  const stream = pack()
  const collected = collect(stream)
  for (const { path, content, executable } of entries) {
    stream.entry(
      {
        name: path,
        type: content === undefined ? 'directory' : 'file',
        mode: content === undefined || executable ? 0o755 : 0o644,
        mtime: new Date(EPOCH * 1000),
        uid: 0,
        gid: 0,
        uname: 'root',
        gname: 'root',
      },
      content ?? Buffer.alloc(0),
    )
  }
  stream.finalize()
  return collected
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
