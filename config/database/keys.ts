/** The key about the app's database, by itself. */
import * as v from 'valibot'
import { help } from '../error.ts'
import * as texts from '../texts.ts'

const KINDS = ['none', 'local', 'managed']

/** The schema of `database`. */
export const databaseKeys = () => ({
  database: v.optional(
    texts.oneOf(
      KINDS,
      `is none of ${KINDS.join(', ')}`,
    )(help(KINDS.join(', '), 'pulumi config set {path} local')),
    'none',
  ),
})
