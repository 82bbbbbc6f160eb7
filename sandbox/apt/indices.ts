import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { DebianPackage } from './caddy-package.ts'
import type { SigningKey } from './signing.ts'

/** The vendor's repository has these too, so that pins and unattended upgrades that name them fit. */
export const SUITE = 'any-version'
export const COMPONENT = 'main'
const ORIGIN = 'cloudsmith/caddy/stable'
const ARCHITECTURE = 'amd64'
/** apt refuses an index of the future, and the clock of a machine that boots may be behind. */
const BACKDATE_MS = 60 * 60 * 1000

/** What lies at a path of the repository: bytes, or a file. */
export type Content = Buffer | { path: string }

/** All files of an apt repository by their paths, in the form that apt(8) reads (Debian wiki: DebianRepository/Format). */
export async function repositoryFiles(
  packages: DebianPackage[],
  key: SigningKey,
  now = new Date(),
): Promise<Map<string, Content>> {
  const files = new Map<string, Content>()
  const stanzas: string[] = []
  for (const { path, control } of packages) {
    const bytes = await readFile(path)
    const place = `pool/${basename(path)}`
    files.set(`/${place}`, { path })
    stanzas.push(
      `${control}\nFilename: ${place}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`,
    )
  }
  const listing = Buffer.from(stanzas.join('\n'))
  const indices = new Map([
    [`${COMPONENT}/binary-${ARCHITECTURE}/Packages`, listing],
    [`${COMPONENT}/binary-${ARCHITECTURE}/Packages.gz`, gzipSync(listing)],
  ])
  const release = [
    `Origin: ${ORIGIN}`,
    `Label: ${ORIGIN}`,
    `Suite: ${SUITE}`,
    `Codename: ${SUITE}`,
    `Date: ${new Date(now.getTime() - BACKDATE_MS).toUTCString().replace('GMT', 'UTC')}`,
    `Architectures: ${ARCHITECTURE}`,
    `Components: ${COMPONENT}`,
    'SHA256:',
    ...[...indices].map(([path, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${path}`),
    '',
  ].join('\n')
  const suite = `/dists/${SUITE}`
  for (const [path, bytes] of indices) files.set(`${suite}/${path}`, bytes)
  files.set(`${suite}/Release`, Buffer.from(release))
  files.set(`${suite}/InRelease`, Buffer.from(await key.signInline(release)))
  files.set(`${suite}/Release.gpg`, Buffer.from(await key.signDetached(release)))
  return files
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
