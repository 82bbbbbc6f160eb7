import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const FOLDERS = ['padlock-backup', 'padlock-app'].map((name) =>
  join(import.meta.dirname, '../../../host', name, 'files/usr/lib/padlock'),
)
const PROGRAM = `import sys, types
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import host, pgbackrest
from padlock_release.failure import CommandFailure
told = types.SimpleNamespace(returncode=29, stdout='', stderr=sys.stdin.read())
host.as_postgres = lambda *words, check: told
try:
    pgbackrest.run('stanza-create')
except CommandFailure as failure:
    print(failure)`

test('bytes that a wrong passphrase has made of a file are not shown as an error', () => {
  const bytes = '\u0001p\ufffd\ufffdxji[\ufffdM\n\u0003=#t\nz'
  const said = `       FormatError: key/value found outside of section at line 1: ${bytes}`
  const input = `${said}\n${said}\n       HINT: is archive_command configured correctly?\n`
  const { stdout } = spawnSync('python3', ['-c', PROGRAM, ...FOLDERS], { input, encoding: 'utf8' })
  expect(stdout).toMatch(
    /^pgbackrest stanza-create failed with exit 29:\n +unable to load info file: it is damaged, or is not opened by this passphrase\n +HINT/,
  )
  expect(stdout).not.toMatch(/xji|\ufffd/)
})
