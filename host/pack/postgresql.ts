/** PostgreSQL of the host: Debian's own, or beside it a newer one of the PostgreSQL project's repository. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageFile } from './deb.ts'

/** Of Debian 13; a host with a newer one has this one too, for a cluster that is not upgraded yet. */
const DEBIAN = '17'
const KEYRING = '/etc/apt/keyrings/postgresql.asc'
/** https://www.postgresql.org/download/linux/debian/ */
const SOURCES = [
  'Types: deb',
  'URIs: https://apt.postgresql.org/pub/repos/apt',
  'Suites: trixie-pgdg',
  'Components: main',
  `Signed-By: ${KEYRING}`,
]
const RELEASE = 'o=apt.postgresql.org,n=trixie-pgdg'

/** What the package depends on beside the names in its control file. */
export const postgresqlDepends = (version: string): string[] =>
  version === DEBIAN ? [] : [`postgresql-${version}`]

/** The version for the host's programs, and where a newer one comes from. */
export function postgresqlFiles(version: string): PackageFile[] {
  const chosen = fileOf('padlock-database')('version', [version])
  return version === DEBIAN ? [chosen] : [chosen, ...aptFiles('padlock-database', version)]
}

/** Debian's pg_dump reads no server that is newer than itself. */
const isNewer = (version: string) => Number(version) > Number(DEBIAN)

/** What a host depends on that reads a managed database of this version. */
export const clientDepends = (version: string): string[] =>
  isNewer(version) ? [`postgresql-client-${version}`] : []

/** @param onHost the version of a database on the same host, whose package may bring the same files */
export const clientFiles = (version: string, onHost: string | undefined): PackageFile[] =>
  isNewer(version) && version !== onHost ? aptFiles('padlock-managed', version) : []

const fileOf = (name: string) => (path: string, lines: string[]) => ({
  path: `usr/share/${name}/${path}`,
  content: Buffer.from(lines.map((line) => `${line}\n`).join('')),
})

/** For apt where a newer version comes from, and that nothing else does. */
function aptFiles(name: string, version: string): PackageFile[] {
  const file = fileOf(name)
  const taken = `postgresql-${version} postgresql-client-${version} libpq5`
  const apt = 'early/etc/apt'
  return [
    file(`${apt}/sources.list.d/postgresql.sources`, SOURCES),
    file(`${apt}/preferences.d/padlock-postgresql`, [
      ...['Package: *', `Pin: release ${RELEASE}`, 'Pin-Priority: -1', ''],
      ...[`Package: ${taken}`, `Pin: release ${RELEASE}`, 'Pin-Priority: 990'],
    ]),
    file(`${apt}/apt.conf.d/52padlock-postgresql`, [
      'Unattended-Upgrade::Origins-Pattern:: "origin=apt.postgresql.org,codename=trixie-pgdg";',
    ]),
    {
      path: `usr/share/${name}/${apt}/keyrings/postgresql.asc`,
      content: readFileSync(join(import.meta.dirname, 'postgresql.asc')),
    },
  ]
}
