import { type Header, pack } from 'tar-stream'

export interface TarEntry {
  /** Without a leading slash; a directory ends in one. */
  path: string
  content?: Buffer
  executable?: boolean
}

/** A tar (ustar) of these entries in this order: root's, and without a time. */
export async function tar(entries: TarEntry[]): Promise<Buffer> {
  const stream = pack()
  const chunks: Buffer[] = []
  const done = (async () => {
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  })()
  for (const { path, content, executable } of entries) {
    const common = { name: path, mtime: new Date(0), uid: 0, gid: 0, uname: 'root', gname: 'root' }
    const headers: Partial<Header> & { name: string } = content
      ? { ...common, mode: executable ? 0o755 : 0o644 }
      : { ...common, type: 'directory', mode: 0o755 }
    stream.entry(headers, content ?? Buffer.alloc(0))
  }
  stream.finalize()
  await done
  return Buffer.concat(chunks)
}
