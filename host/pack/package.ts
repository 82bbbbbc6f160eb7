import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob, relative } from 'node:path'
import { deb, type PackageFile, type Scripts } from './deb.ts'

export interface BuiltPackage {
  name: string
  version: string
  units: { unit: string; action: string; sha256: string }[]
  deb: Buffer
}

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const

export async function readPackage(
  folder: string,
  options: { version: string; extra: PackageFile[] },
): Promise<BuiltPackage> {
  const control = parseControl(readFileSync(join(folder, 'control'), 'utf8'))
  const name = control.Package ?? ''
  const files = [...listFiles(join(folder, 'files')), ...options.extra].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  )
  const scripts: Scripts = {}
  for (const script of SCRIPTS) {
    const path = join(folder, script)
    if (existsSync(path)) scripts[script] = readFileSync(path, 'utf8')
  }
  const units = unitsOf(folder, files)
  if (units.length > 0) {
    const text = units.map(({ unit, action, sha256 }) => `${unit} ${action} ${sha256}\n`).join('')
    files.push({ path: `usr/share/padlock/units/${name}`, content: Buffer.from(text) })
  }
  const content = createHash('sha256').update(
    JSON.stringify([control, scripts, files.map(fingerprint)]),
  )
  const version = `${options.version}+${content.digest('hex').slice(0, 12)}`
  const { Package, ...rest } = control
  return {
    name,
    version,
    units,
    deb: await deb({ control: { Package: name, Version: version, ...rest }, files, scripts }),
  }
}

function parseControl(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  let last = ''
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith(' ')) fields[last] += `\n${line}`
    else {
      const [name = '', ...value] = line.split(': ')
      last = name
      fields[name] = value.join(': ')
    }
  }
  return fields
}

function listFiles(folder: string): PackageFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/__pycache__/.test(entry.parentPath))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const content = readFileSync(path)
      return {
        path: relative(folder, path),
        content,
        executable: content.subarray(0, 2).toString() === '#!',
      }
    })
}

function unitsOf(folder: string, files: PackageFile[]) {
  const path = join(folder, 'units')
  if (!existsSync(path)) return []
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/))
  const matched = new Map<string, PackageFile[]>()
  for (const [glob = '', unit, action] of rows) {
    const key = `${unit} ${action}`
    const found = files.filter((file) => matchesGlob(file.path, glob))
    matched.set(key, [...(matched.get(key) ?? []), ...found])
  }
  return [...matched].map(([key, list]) => {
    const [unit = '', action = ''] = key.split(' ')
    const hash = createHash('sha256').update(JSON.stringify(list.map(fingerprint)))
    return { unit, action, sha256: hash.digest('hex').slice(0, 12) }
  })
}

const fingerprint = ({ path, content, executable }: PackageFile) => [
  path,
  executable ?? false,
  createHash('sha256').update(content).digest('hex'),
]
