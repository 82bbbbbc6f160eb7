/** The keys about the app's database, each by itself. */
import * as v from 'valibot'
import { help } from '../error.ts'
import * as texts from '../texts.ts'
import { managedKeys } from './managed.ts'

const KINDS = ['none', 'local', 'managed']

/** The schemas of `database`, `databaseBeside` and of a managed one's keys. */
export const databaseKeys = () => ({
  ...managedKeys(),
  database: kind('local'),
  databaseBeside: kind('managed'),
})

const kind = (example: string) =>
  v.optional(
    texts.oneOf(
      KINDS,
      `is none of ${KINDS.join(', ')}`,
    )(help(KINDS.join(', '), `pulumi config set {path} ${example}`)),
    'none',
  )
