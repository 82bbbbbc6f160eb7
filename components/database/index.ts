import type * as pulumi from '@pulumi/pulumi'
import type { DatabaseSettings } from '../../config/database/index.ts'
import { URL_NAME } from '../../config/database/rules.ts'
import { LocalDatabase, type LocalDatabaseArgs } from './local.ts'

/** What a release must know of the app's database. */
export interface Database {
  /** Secret environment of the app. */
  secrets: Record<string, pulumi.Output<string>>
  /** Does it run on the host, where the app reaches it by its socket? */
  onHost: boolean
  /** It takes connections; a release waits for it. */
  up: pulumi.Resource
}

/** The app's database; undefined where the settings want none. */
export function deployDatabase(
  name: string,
  settings: DatabaseSettings | undefined,
  args: LocalDatabaseArgs,
  opts: pulumi.ComponentResourceOptions,
): Database | undefined {
  if (!settings) return undefined
  const { url, up } = new LocalDatabase(name, args, opts)
  return { secrets: { [URL_NAME]: url }, onHost: true, up }
}
