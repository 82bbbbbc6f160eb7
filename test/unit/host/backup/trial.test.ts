/** The server of a database that is restored, where PostgreSQL's own user lays links in its folder. */
import { python } from './python.ts'

test('root writes through none of them, and reads none', () => {
  const code = `
from padlock_backup import trial
root = temporary()
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

/**
 * Of a server that takes no connections: whether the wait says that it is through, and ends within seconds.
 * @param process words of Python that give the number in postmaster.pid
 */
function waits(process: string): unknown {
  return python(`
import time
from padlock_backup import trial
host.HOME = data = temporary()
os.mkdir(f'{data}/trial')
sleeps = lambda seconds, cwd: subprocess.Popen(['sleep', str(seconds)], cwd=cwd, stdout=-3, stderr=-3)
number = ${process}
with open(f'{data}/postmaster.pid', 'w') as file:
    file.write(f'{number}\\n{data}\\n')
def as_postgres(*words, **_):
    ready = not words[0].endswith('pg_isready')
    return SimpleNamespace(returncode=0 if ready else 2, stdout=host.version())
host.as_postgres = as_postgres
began = time.monotonic()
started = trial.start(data)
say([started, time.monotonic() - began < 60])`)
}

test.each([
  ['a server that dies meanwhile', 'sleeps(1, data).pid'],
  ['one that is dead, and its number that of another process', 'sleeps(120, "/").pid'],
  ['a postmaster.pid of no process', '2 ** 22'],
])('%s ends the wait', (_, process) => {
  expect(waits(process)).toEqual([false, true])
})

/** Why a recovery is said to have failed, by the log of its server. */
const why = (text: string) =>
  python(`
from padlock_backup import trial
trial.log = lambda: ${JSON.stringify(text)}
say(str(recovery._why()))`)

test('the reason is what the log says of it, or that it says none', () => {
  const at = '2026-11-29 03:00:00 UTC [1] '
  expect(why(`${at}LOG:  starting\n${at}PANIC:  could not locate a valid record\n`)).toBe(
    'PostgreSQL does not start on it: could not locate a valid record',
  )
  expect(why(`${at}LOG:  redo starts at 0/2000028\n`)).toMatch(
    /it ended without a word of why.*sudo journalctl -k.*its log ends with .*redo starts at 0\/2000028/s,
  )
  expect(why('')).toMatch(/its log ends with nothing$/)
})
