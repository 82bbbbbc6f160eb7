/** PostgreSQL on the host: its versions, and what the key about them asks. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

/** PostgreSQL on the host, with its rows on the stack's volume. */
export interface LocalDatabase {
  kind: 'local'
  /** Major version that a new one is made with; that of one that is there is raised by a verb. */
  version: string
}

/** Of Debian 13, which the host runs. */
export const DEBIAN_VERSION = '17'
/** Beside it what the PostgreSQL project's own repository has for Debian 13. */
export const HOST_VERSIONS = [DEBIAN_VERSION, '18']

/** Where a managed one is in the stack too, the key is that one's. */
export const localOf = ({ databaseVersion }: Values): LocalDatabase => ({
  kind: 'local',
  version: HOST_VERSIONS.includes(databaseVersion) ? databaseVersion : DEBIAN_VERSION,
})

/** The host has fewer versions than DigitalOcean sells. */
export function localFits(values: Values, report: Report): void {
  const { database, databaseBeside, databaseVersion } = values
  const kinds = [database, databaseBeside]
  if (!kinds.includes('local') || kinds.includes('managed')) return
  if (!HOST_VERSIONS.includes(databaseVersion)) {
    report('databaseVersion', NOT_ON_HOST, { show: true })
  }
}

const NOT_ON_HOST = message(
  "is none of the host's",
  `${HOST_VERSIONS.join(', ')} where database is local`,
  `pulumi config set {path} ${DEBIAN_VERSION}`,
)
