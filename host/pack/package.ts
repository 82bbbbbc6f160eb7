import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { COPYRIGHT } from './copyright.ts'
import { deb, type PackageFile, type Scripts } from './deb.ts'
import { byPath } from './order.ts'
import { readUnits, type Unit } from './units.ts'

export interface BuiltPackage {
  name: string
  /** The project's version and the content's hash, as `0.1.0+3f2a9c01d2e4` (deb-version(7)). */
  version: string
  units: Unit[]
  /** Of its files, relative to the root. */
  paths: string[]
  deb: Buffer
}

export interface PackageOptions {
  /** The project's version; what follows it comes from the content. */
  version: string
  /** Generated files, beside those of the folder. */
  extra?: PackageFile[]
  /** Further packages that it depends on. */
  depends?: string[]
}

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const

/**
 * Packs a folder: `control` without a version, `files/` that land as they are, maintainer scripts,
 * and a table `units` whose hashes go to `usr/share/padlock/units/NAME`. A file is executable if it
 * begins with `#!`; lines of a text end in LF, whatever the working tree has.
 * @throws Error naming the file that is no plain file, lies outside `usr/` or is there twice
 */
export async function readPackage(folder: string, options: PackageOptions): Promise<BuiltPackage> {
  const control = parseControl(read(join(folder, 'control')))
  const { Package: name = '', ...fields } = control
  const depends = [fields.Depends, ...(options.depends ?? [])].filter(Boolean).join(', ')
  const rest = { ...fields, ...(depends && { Depends: depends }) }
  const files = [
    ...list(join(folder, 'files')),
    ...(options.extra ?? []),
    { path: `usr/share/doc/${name}/copyright`, content: Buffer.from(COPYRIGHT) },
  ].map(withMode)
  const units = readUnits(read(join(folder, 'units'), ''), files)
  if (units.length > 0) files.push(unitsFile(name, units))
  files.sort(byPath).forEach(({ path }, at) => {
    if (!path.startsWith('usr/')) throw new Error(`${folder}: ${path} is not under usr/`)
    if (path === files[at + 1]?.path) throw new Error(`${folder}: ${path} is there twice`)
  })
  const pack = (version: string) =>
    deb({
      control: { Package: name, Version: version, ...rest },
      files,
      scripts: scripts(folder),
    })
  const unversioned = createHash('sha256').update(await pack('0'))
  const version = `${options.version}+${unversioned.digest('hex').slice(0, 12)}`
  return { name, version, units, paths: files.map(({ path }) => path), deb: await pack(version) }
}

function withMode(file: PackageFile): PackageFile {
  return { executable: file.content.subarray(0, 2).equals(Buffer.from('#!')), ...file }
}

function unitsFile(name: string, units: Unit[]): PackageFile {
  const lines = units.map(({ unit, action, sha256 }) => `${unit} ${action} ${sha256}\n`)
  return { path: `usr/share/padlock/units/${name}`, content: Buffer.from(lines.join('')) }
}

function scripts(folder: string): Scripts {
  const there = SCRIPTS.filter((name) => existsSync(join(folder, name)))
  return Object.fromEntries(there.map((name) => [name, read(join(folder, name))]))
}

/** A field's further lines begin with a space (deb822(5)). */
function parseControl(text: string): Record<string, string> {
  const fields = text.trimEnd().split(/\n(?! )/)
  return Object.fromEntries(
    fields.map((field) => {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(field) ?? []
      if (!name) throw new Error(`control: "${field}" is not NAME: VALUE`)
      return [name, value]
    }),
  )
}

function list(folder: string, below = ''): PackageFile[] {
  if (!existsSync(folder)) return []
  return readdirSync(join(folder, below), { withFileTypes: true })
    .filter(({ name }) => !isLeftover(name))
    .flatMap((entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name
      if (entry.isDirectory()) return list(folder, path)
      if (!entry.isFile()) throw new Error(`${join(folder, path)} is not a plain file`)
      return [{ path, content: withLineFeeds(readFileSync(join(folder, path))) }]
    })
}

/** What editors and Python leave beside a file. */
function isLeftover(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || /\.(swp|pyc)$|^__pycache__$/.test(name)
}

function read(path: string, otherwise?: string): string {
  if (otherwise !== undefined && !existsSync(path)) return otherwise
  return withLineFeeds(readFileSync(path)).toString()
}

/** git may check a text out with CRLF; a file with a NUL is no text. */
function withLineFeeds(content: Buffer): Buffer {
  if (content.includes(0) || !content.includes('\r\n')) return content
  return Buffer.from(content.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
}

/**
 * dpkg refuses to install a package with a file of another one's (dpkg(1), --force-overwrite).
 * @throws Error naming the file and both packages
 */
export function ensureApart(packages: Pick<BuiltPackage, 'name' | 'paths'>[]): void {
  const owners = new Map<string, string>()
  for (const { name, paths } of packages) {
    for (const path of paths) {
      const owner = owners.get(path)
      if (owner) throw new Error(`${path} is in ${owner} and in ${name}`)
      owners.set(path, name)
    }
  }
}
