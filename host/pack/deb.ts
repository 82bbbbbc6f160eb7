import { createHash } from 'node:crypto'
import { type TarEntry, tar } from './tar.ts'

export interface PackageFile {
  path: string
  content: Buffer
  executable?: boolean
}
export type Scripts = Partial<Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>>

export async function deb(pkg: {
  control: Record<string, string>
  files: PackageFile[]
  scripts: Scripts
}): Promise<Buffer> {
  const size = Math.ceil(pkg.files.reduce((sum, { content }) => sum + content.length, 0) / 1024)
  const control = Object.entries({ ...pkg.control, 'Installed-Size': String(size) })
  const fields = control.map(([name, value]) => `${name}: ${value}\n`).join('')
  const sums = pkg.files.map(
    ({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`,
  )
  const controlTar = await tar([
    { path: './' },
    { path: './control', content: Buffer.from(fields) },
    { path: './md5sums', content: Buffer.from(sums.join('')) },
    ...Object.entries(pkg.scripts).map(([name, text]) => ({
      path: `./${name}`,
      content: Buffer.from(text),
      executable: true,
    })),
  ])
  const dataTar = await tar(withFolders(pkg.files))
  return Buffer.concat([
    Buffer.from('!<arch>\n'),
    member('debian-binary', Buffer.from('2.0\n')),
    member('control.tar', controlTar),
    member('data.tar', dataTar),
  ])
}

function withFolders(files: PackageFile[]): TarEntry[] {
  const folders = new Set(['./'])
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1)
    for (const at of parts.keys()) folders.add(`./${parts.slice(0, at + 1).join('/')}/`)
  }
  const entries: TarEntry[] = [
    ...[...folders].map((path) => ({ path })),
    ...files.map((file) => ({ ...file, path: `./${file.path}` })),
  ]
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function member(name: string, content: Buffer): Buffer {
  const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`
  return Buffer.concat([Buffer.from(header), content, Buffer.from(content.length % 2 ? '\n' : '')])
}
