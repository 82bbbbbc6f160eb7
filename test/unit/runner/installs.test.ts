import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { steps } from '../../steps.ts'
import { suites } from '../../suites.ts'

const root = join(__dirname, '../../..')
/** What stands for a PostgreSQL of this computer in a test. */
const USES =
  /sandbox\/databases\/index\.ts'|(support\/postgresql|bench\/data\/local|backups\/(place|stocked)|\.\/fleet)\.ts'|database: 'managed'|from \. import postgresql/

/** Does a test below the path need a database? Long ones are named by a pattern. */
function needsDatabase(path: string): boolean {
  const [, folder = '', pattern] = /^(.*\/test\/long)\/(.*)$/.exec(path) ?? []
  if (pattern !== undefined && !existsSync(path)) {
    const names = readdirSync(folder).filter((name) => new RegExp(`^${pattern}`).test(name))
    return names.some((name) => needsDatabase(join(folder, name)))
  }
  if (!statSync(path).isDirectory()) {
    return /\.test\.ts$|test_.*\.py$/.test(path) && USES.test(readFileSync(path, 'utf8'))
  }
  return readdirSync(path).some((name) => name !== '.venv' && needsDatabase(join(path, name)))
}

/** All steps that are run before a suite. */
function before(names: string[]): string[] {
  const direct = steps.filter(({ name }) => names.includes(name))
  return [...names, ...direct.flatMap(({ after }) => before(after))]
}

test.each(
  suites.map(({ name, after, commands }) => {
    const words = commands.at(-1)?.argv ?? []
    const [program = ''] = words
    const path = words.find((word) => word.startsWith('test/')) ?? ''
    if (program === 'app/run-tests') return [name, 'app/tests', after] as const
    // The others are no tests.
    return [
      name,
      /^test\/([a-z0-9]+$|long\/|sandbox\/)/.test(path) ? path : undefined,
      after,
    ] as const
  }),
)('%s installs a database if and only if its tests need one', (_name, path, after) => {
  const needed = path !== undefined && needsDatabase(join(root, path))
  expect(before(after).includes('database tools')).toBe(needed)
})
