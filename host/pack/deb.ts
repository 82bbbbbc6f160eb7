import { createHash } from 'node:crypto'
import { gzipSync } from 'fflate'
import { byPath } from './order.ts'
import { EPOCH, type TarEntry, tar } from './tar.ts'

export interface PackageFile {
  /** Where it lies on the host, without the leading slash: `usr/lib/x`. */
  path: string
  content: Buffer
  executable?: boolean
}

export type Scripts = Partial<Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>>

export interface PackageContent {
  /** Fields of the control file in their order (deb-control(5)), with Version, without Installed-Size. */
  control: Record<string, string>
  files: PackageFile[]
  /** Maintainer scripts by name (deb-postinst(5) and its siblings). */
  scripts: Scripts
}

/**
 * A Debian binary package (deb(5)). The same content gives the same bytes on every computer: the
 * compressor is plain JavaScript of a pinned version, since zlib's output differs between builds.
 */
export async function deb({ control, files, scripts }: PackageContent): Promise<Buffer> {
  const data = withDirectories(files)
  const fields = Object.entries({ ...control, 'Installed-Size': installedSize(data) })
  const controlFiles: TarEntry[] = [
    { path: './' },
    text('./control', fields.map(([name, value]) => `${name}: ${value}\n`).join('')),
    text('./md5sums', [...files].sort(byPath).map(md5sum).join('')),
    ...Object.entries(scripts)
      .map(([name, script]) => ({ ...text(`./${name}`, script), executable: true }))
      .sort(byPath),
  ]
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    member('debian-binary', Buffer.from('2.0\n')),
    member('control.tar.gz', compress(await tar(controlFiles))),
    member('data.tar.gz', compress(await tar(data))),
  ])
}

/** dpkg names no file whose directory it does not know: each directory is an entry of its own. */
function withDirectories(files: PackageFile[]): TarEntry[] {
  const directories = new Set(['./'])
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      directories.add(`./${path.slice(0, at + 1)}`)
    }
  }
  return [
    ...[...directories].map((path) => ({ path })),
    ...files.map((file) => ({ ...file, path: `./${file.path}` })),
  ].sort(byPath)
}

/** KiB, each file rounded up and one for each directory (deb-substvars(5)). */
function installedSize(entries: TarEntry[]): string {
  const sizes = entries.map(({ content }) => (content ? Math.ceil(content.length / 1024) : 1))
  return String(sizes.reduce((sum, size) => sum + size, 0))
}

function md5sum({ path, content }: PackageFile): string {
  return `${createHash('md5').update(content).digest('hex')}  ${path}\n`
}

function text(path: string, content: string): TarEntry & { content: Buffer } {
  return { path, content: Buffer.from(content) }
}

/** A member of an ar archive: a header of 60 bytes in ASCII, the content, an even length (ar(5)). */
function member(name: string, content: Buffer): Buffer {
  const header = [
    name.padEnd(16),
    String(EPOCH).padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    '100644'.padEnd(8),
    String(content.length).padEnd(10),
    '`\n',
  ].join('')
  return Buffer.concat([Buffer.from(header), content, Buffer.from(content.length % 2 ? '\n' : '')])
}

function compress(content: Buffer): Buffer {
  return Buffer.from(gzipSync(content, { level: 9, mtime: 0 }))
}
