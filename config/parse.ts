import * as v from 'valibot'
import { declaredTypes } from './declared.ts'
import { ConfigurationError, describe } from './error.ts'
import { grouped } from './groups.ts'
import { rules } from './rules.ts'
import { keys } from './schema.ts'
import type { Context, Settings } from './settings.ts'

/** The values of the project's keys, already turned from text into values. */
export type RawConfig = Record<string, unknown>

const ALWAYS_SECRET = [
  'seedReader',
  ...['appSecrets', 'appRegistries', 'clientSecret', 'duckdnsToken'],
  ...['backupAccessKey', 'backupSecretKey', 'backupReaderAccessKey', 'backupReaderSecretKey'],
]

/**
 * Turns raw configuration into settings.
 * @throws ConfigurationError that lists every problem at once
 */
export function parse(raw: RawConfig, context: Context): Settings {
  const input = { ...raw, 'auth0:domain': context.auth0Domain }
  const schema = v.pipe(v.looseObject(keys(context)), rules(Object.keys(declaredTypes()), context))
  const { success, issues, output } = v.safeParse(schema, input)
  if (success) return grouped(output, context)
  throw new ConfigurationError(describe(issues, [...ALWAYS_SECRET, ...context.secretKeys]))
}
