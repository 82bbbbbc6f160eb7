/** Files beside those in use: what an app may have made of them, and what a snapshot may say of itself. */
import { python } from './python.ts'

const SETUP = `
import shutil, subprocess
from padlock_backup import files, journal, restored_files, room
from padlock_release import nofollow
host.VOLUME = temporary()
host.data = lambda: f'{host.VOLUME}/data'
def nest(folder, levels):
    os.makedirs(folder)
    fd = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir('d', dir_fd=fd)
        inner = os.open('d', os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(os.open('file', os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)
def there():
    return sorted(os.listdir(host.VOLUME))
`
/** More than a process may have open, and than Python goes down. */
const LEVELS = 1100

test('folders of any number of levels go, of a restore that was cut off and of one that is through', () => {
  const code = `${SETUP}
for name in ('app.former', 'app.restored', 'restore.new'):
    nest(f'{host.VOLUME}/{name}', ${LEVELS})
swap.forget_former()
found = [there()]
restored_files.forget()
found.append(there())
for name in ('app', 'app.former', 'app.restored'):
    nest(f'{host.VOLUME}/{name}', ${LEVELS})
swap.settle(['files'])
say([*found, there(), room.of_folder(f'{host.VOLUME}/app.former')])
nofollow.remove(host.VOLUME)`
  expect(python(code)).toEqual([['app.restored', 'restore.new'], [], ['app', 'app.former'], 0])
})

test('what cannot be removed is told, and a link leads nowhere', () => {
  const code = `${SETUP}
nest(f'{host.VOLUME}/kept', 1)
os.symlink(f'{host.VOLUME}/kept', f'{host.VOLUME}/app.former')
swap.forget_former()
nest(swap.former('files'), 1)
subprocess.run = lambda words, **_: subprocess.CompletedProcess(words, 1, '', 'rm: no')
try:
    swap.forget_former()
except Failure as failure:
    say([there(), str(failure).replace(host.VOLUME, '')])`
  expect(python(code)).toEqual([['app.former', 'kept'], '/app.former cannot be removed: rm: no'])
})

/** What a restore of a snapshot that says it is of this folder comes to, beside a cluster's. */
function brought(path: string, makes: string): unknown {
  return python(`${SETUP}
files.has_sparse = lambda: False
host.folder = lambda path, *_: os.makedirs(path)
os.makedirs(f'{host.VOLUME}/postgresql')
calls = []
def restic(order, where, *words):
    calls.append(words[1])
    target = words[-1]
    ${makes}
files.restic = restic
of = places.Place('volume', None, '', True)
path = ${path}
try:
    restored_files.bring([places.Backup(of, 'one', 0, 1, path)])
    say([there(), calls])
except Failure as failure:
    say([there(), calls, str(failure)])`)
}

const AS_IT_IS = "os.makedirs(f'{target}{path}', exist_ok=True)"
const LEFT = ['postgresql']

test('the folder that was backed up takes its place beside the files', () => {
  expect(brought("f'{host.VOLUME}/app'", AS_IT_IS)).toEqual([
    ['app.restored', 'postgresql'],
    ['restore'],
  ])
})

test.each([
  ["'/../postgresql'"],
  ["'/'"],
  ["''"],
  ['host.VOLUME'],
  ["f'{host.VOLUME}/app/../postgresql'"],
])('one of another path, %s, is not even brought', (path) => {
  expect(brought(path, AS_IT_IS)).toEqual([
    LEFT,
    [],
    expect.stringContaining('the files of an app are in'),
  ])
})

test.each([
  [
    'a link on the way to it',
    "os.makedirs(os.path.dirname(target + host.VOLUME)); os.symlink(host.VOLUME, target + host.VOLUME); os.mkdir(f'{host.VOLUME}/app')",
    ['app', 'postgresql'],
  ],
  [
    'a link in its place',
    "os.makedirs(target + host.VOLUME); os.symlink(f'{host.VOLUME}/postgresql', target + path)",
    LEFT,
  ],
  ['nothing in its place', 'pass', LEFT],
])('what has %s is not the folder that was backed up', (_, makes, left) => {
  expect(brought("f'{host.VOLUME}/app'", makes)).toEqual([
    left,
    ['restore'],
    expect.stringContaining('is not the folder that was backed up'),
  ])
})
