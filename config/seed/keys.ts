/** The keys about what an environment's database begins with, each by itself. */
import * as v from 'valibot'
import { command } from '../commands.ts'
import { help } from '../error.ts'
import * as texts from '../texts.ts'

const KINDS = ['none', 'empty']

/** The schemas of `seed` and `seedCommand`. */
export const seedKeys = () => ({
  seed: v.optional(
    texts.oneOf(
      KINDS,
      `is none of ${KINDS.join(', ')}`,
    )(help(KINDS.join(', '), 'pulumi config set {path} empty')),
    'none',
  ),
  seedCommand: v.optional(
    v.lazy((input) =>
      input === '' ? v.literal('') : command('python manage.py loaddata fixtures.json'),
    ),
    '',
  ),
})
