import type * as pulumi from '@pulumi/pulumi'
import type { DatabaseSettings, Databases } from '../../config/database/index.ts'
import { URL_NAME } from '../../config/database/rules.ts'
import { LocalDatabase, type LocalDatabaseArgs } from './local.ts'
import { ManagedDatabase, type ManagedDatabaseArgs, type ManagedLogin } from './managed.ts'

/** What a release must know of the app's database. */
export interface Database {
  /** Secret environment of the app. */
  secrets: Record<string, pulumi.Output<string>>
  /** Of the role `app` of one on the host; a secret. */
  password?: pulumi.Output<string>
  /** Does it run on the host, where the app reaches it by its socket? */
  onHost: boolean
  /** It takes connections; a release waits for it. */
  up: pulumi.Resource
  /** The same of one on the host, the app's or the one beside it; absent where there is none. */
  local?: pulumi.Resource
  /** Is that one kept beside the app's, which is another? */
  beside?: boolean
  /** Of the app's, where it is a managed one; a secret. */
  login?: pulumi.Output<ManagedLogin>
  /** Of a managed one of the two, as projects spell it. */
  urn?: pulumi.Output<string>
}

/**
 * The app's database, and the one beside it, which is made and not used; undefined where the settings
 * want none.
 * @param local what one on the host waits for: its volume too
 * @param managed the same of a managed one
 */
export function deployDatabase(
  name: string,
  { database, databaseBeside }: Databases,
  local: LocalDatabaseArgs,
  managed: Pick<ManagedDatabaseArgs, 'vpc' | 'owner' | 'tags' | 'after'>,
  opts: pulumi.ComponentResourceOptions,
): Database | undefined {
  const make = (settings: DatabaseSettings): Database => {
    if (settings.kind === 'local') {
      const { url, up, password } = new LocalDatabase(name, local, opts)
      return { secrets: { [URL_NAME]: url }, onHost: true, up, password }
    }
    const { version: _, archived: __, ...onHost } = local
    const args = { ...onHost, ...managed, ...settings, used: settings === database }
    const { url, up, clusterUrn, login } = new ManagedDatabase(name, args, opts)
    return { secrets: { [URL_NAME]: url }, onHost: false, up, urn: clusterUrn, login }
  }
  const own = database && make(database)
  const beside = own && databaseBeside && make(databaseBeside)
  const host = [own, beside].find((one) => one?.onHost)
  if (!own) return undefined
  const isBeside = host !== undefined && host !== own
  return { ...own, urn: own.urn ?? beside?.urn, local: host?.up, beside: isBeside }
}
