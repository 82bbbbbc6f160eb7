/** What the key about the app's database asks of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'
import { isObject, otherName } from '../values.ts'
import { localFits } from './local.ts'
import { managedFits } from './managed.ts'

/** How the app finds its database; the owner's own where the stack has none. */
export const URL_NAME = 'DATABASE_URL'

const NO_VOLUME = message(
  'is local, and there is no volume that its rows could lie on',
  'local only where volume is set',
  'pulumi config set volume 10, or pulumi config set {path} none',
)

const besideNothing = message(
  'is beside no database',
  'absent where database is none',
  'pulumi config rm {path}',
)
const same = (database: unknown) =>
  message(
    'is what database is, and a stack has one of a kind',
    `none, or ${database === 'local' ? 'managed' : 'local'}`,
    'pulumi config rm {path}',
  )

/** Rows need a volume, and one database of a kind is enough. */
export function databaseFits(values: Values, report: Report): void {
  const { database, databaseBeside: beside, volume, appEnv, appSecrets } = values
  if (database === 'local' && volume === 0) report('database', NO_VOLUME)
  if (beside !== 'none' && database === 'none')
    report('databaseBeside', besideNothing, { show: true })
  else if (beside !== 'none' && beside === database)
    report('databaseBeside', same(database), { show: true })
  else if (beside === 'local' && volume === 0) report('databaseBeside', NO_VOLUME)
  localFits(values, report)
  managedFits(values, report)
  if (database !== 'local' && database !== 'managed') return
  const given = otherName([URL_NAME])(`is set by database = ${database}`)
  for (const [key, names] of Object.entries({ appEnv, appSecrets })) {
    if (isObject(names) && Object.hasOwn(names, URL_NAME)) report(key, given, { name: URL_NAME })
  }
}
