/** The keys about what an environment's database begins with, and where that comes from, each by itself. */
import * as v from 'valibot'
import { command } from '../commands.ts'
import { help } from '../error.ts'
import type { Context } from '../settings.ts'
import * as texts from '../texts.ts'
import { seedAccess } from './access.ts'

const KINDS = ['none', 'empty', 'snapshot']

const STATEMENTS = help(
  'the path of a file of SQL in the project, which takes out what nobody else may see',
  'pulumi config set {path} app/anonymise.sql',
)

/** The path of a file in the project that says something. */
const anonymiseSql = ({ readFile }: Pick<Context, 'readFile'>) =>
  v.optional(
    v.pipe(
      texts.text(STATEMENTS),
      v.rawCheck<string>(({ dataset, addIssue }) => {
        const wrong = dataset.typed && dataset.value !== '' && problem(dataset.value, readFile)
        if (wrong) addIssue({ message: STATEMENTS(wrong) })
      }),
    ),
    '',
  )

function problem(path: string, readFile: Context['readFile']): string | undefined {
  if (/^\/|(^|\/)\.\.(\/|$)/.test(path)) return 'is outside of the project'
  const text = readFile(path)
  if (text === undefined) return 'is no file that can be read'
  return text.trim() === '' ? 'is an empty file' : undefined
}

/** The schemas of `seed`, `seedCommand`, `seedReader` and `anonymiseSql`. */
export const seedKeys = (context: Pick<Context, 'readFile'>) => ({
  anonymiseSql: anonymiseSql(context),
  seedReader: seedAccess(),
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
