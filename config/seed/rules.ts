/** What the keys about an environment's data ask of other keys. */
import { message } from '../error.ts'
import type { Report, Values } from '../rules.ts'

const elsewhere = (seed: unknown) => `is ${seed}, and`

const lasting = (seed: unknown) =>
  message(
    `${elsewhere(seed)} the stack has no expiry: what a lasting stack has lost is restored, and not made up`,
    'none where expires is not set',
    'pulumi config set {path} none; in Pulumi.preview.yaml, ./padlock env up sets expires',
  )
const noDatabase = (seed: unknown, database: unknown) =>
  message(
    `${elsewhere(seed)} database is ${database}`,
    'none, or any with database = local',
    'pulumi config set database local and pulumi config set volume 1, or pulumi config set {path} none',
  )
const NO_SEED = message(
  'is set, and seed is none, so it would never run',
  'a command only where seed is set',
  'pulumi config set seed empty, or pulumi config rm {path}',
)

/** A seed is a short-lived stack's, into a database of its own; that one needs its volume by itself. */
export function seedFits(values: Values, report: Report): void {
  const { seed, seedCommand, database, expires } = values
  if (seed === 'none') {
    if (seedCommand !== '') report('seedCommand', NO_SEED)
    return
  }
  if (!expires) report('seed', lasting(seed))
  if (database !== 'local') report('seed', noDatabase(seed, database))
}
