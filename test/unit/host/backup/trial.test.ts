/** The server of a database that is restored, where PostgreSQL's own user lays links in its folder. */
import { python } from './python.ts'

test('root writes through none of them, and reads none', () => {
  const code = `
from padlock_backup import trial
root = tempfile.mkdtemp()
host.HOME = root
os.umask(0)
with open(f'{root}/others', 'w') as file:
    file.write('secret')
def folder(path, owner, mode):
    os.makedirs(path)
    if owner == host.POSTGRES:
        for name in ('postgresql.conf', 'postgresql.conf.new', 'pg_hba.conf', 'pg_hba.conf.new', 'log'):
            os.symlink(f'{root}/others', f'{path}/{name}')
calls = []
def as_postgres(*words, **_):
    calls.append(words)
    return SimpleNamespace(returncode=0, stdout=host.version() if words[-1].endswith('PG_VERSION') else '')
host.folder, host.as_postgres = folder, as_postgres
trial.make()
started = trial.start('/data')
say([started, trial.log(), calls[-1][0], open(f'{root}/others').read()])`
  expect(python(code)).toEqual([true, '', 'cat', 'secret'])
})
