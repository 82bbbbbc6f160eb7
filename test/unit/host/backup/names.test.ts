/** Names of the app's that other programs take for more than one line. */
import { python } from './python.ts'

const TABLE = '5; 1259 16390 TABLE public a\u20283; 3079 16385 EXTENSION - file_fdw app'

test('a table whose name has an entry in it is no extension of a dump', () => {
  const found = python(`
from padlock_rows import dumped
listed = ${JSON.stringify(`; a list\n${TABLE}\n4; 3079 16386 EXTENSION - citext \n`)}
say([dumped.of_extensions(listed), dumped.without_extensions(listed, set())])`)
  expect(found).toEqual(['4; 3079 16386 EXTENSION - citext \n', `; a list\n${TABLE}\n`])
})

const without = (said: string) =>
  python(`
from padlock_release.said import without_rows
say(without_rows(${JSON.stringify(said)}))`)

test.each(['\u2028', '\u0085', '\v', '\n', ' '])(
  'a value with an error of its own after %j is not told of a failure',
  (end) => {
    const detail = `DETAIL:  Key (mail)=(a${end}ERROR:  b@example.com) already exists.`
    const last = 'psql:<stdin>:2: ERROR:  syntax error'
    expect(without(`psql:<stdin>:1: ERROR:  duplicate key\n${detail}\n${last}\n`)).toBe(
      `psql:<stdin>:1: ERROR:  duplicate key\n${last}`,
    )
    const value = `pg_restore: error: COPY failed for table "t": ERROR:  invalid "a${end}FATAL:  b"`
    expect(without(`${value}\nCONTEXT:  COPY t, line 1: "a${end}b"\n`)).toBe(
      'pg_restore: error: COPY failed for table "t": ERROR:  invalid …',
    )
  },
)

test.each([
  'ERROR:  relation "t" does not exist',
  'psql: error: connection to server at "h" (::1), port 1 failed: FATAL:  no pg_hba.conf entry\nconnection to server at "h" (::1), port 1 failed: FATAL:  no such role',
  'pg_dump: error: query failed: ERROR:  permission denied for table t\npg_dump: detail: Query was: LOCK TABLE t',
])('words of a program are told: %j', (said) => {
  const told = said.replaceAll(/"h".*/g, '…')
  expect(without(`${said}\n`)).toBe(told)
})
