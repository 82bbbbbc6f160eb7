/** Backups on a volume that has little room left, which the database needs more. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { python, small } from './python.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-room-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A volume of 40 MiB, of which 4 are left to what runs; `fill(MIB, NAME)`. */
const setup = () => `
from padlock_backup import database, files, judging, lock, making, order, ordered, pgbackrest, room, set_back, state
host.VOLUME = '${folder}'
host.HOME = temporary()
host.data = lambda: host.VOLUME + '/data'
def fill(mib, name):
    os.makedirs(os.path.dirname(f'{host.VOLUME}/{name}'), exist_ok=True)
    with open(f'{host.VOLUME}/{name}', 'wb') as file:
        os.posix_fallocate(file.fileno(), 0, mib << 20)
one = order.Order(True, True, 's3.example', 'r', 'b', 'p', 'k', 's', 'x', 7, 4)
calls, there = [], []
past = 'backup/past'
def restic(order, repository, *words, **more):
    calls.append(f'restic {words[0]} {repository}' if words[0] != '--no-lock' else 'restic snapshots')
    if words[0] == 'forget' and repository == 'volume' and os.path.exists(f'{host.VOLUME}/{past}'):
        os.unlink(f'{host.VOLUME}/{past}')
    return json.dumps(there)
def run(verb, *words, **more):
    calls.append(f'pgbackrest {verb} ' + ' '.join(word for word in words if word.startswith('--repo')))
files.restic, pgbackrest.run = restic, run
database.backups = lambda number: []
set_back.ensure_none = lambda where: None
fill(1, 'app/upload')
fill(1, 'data/base/rows')
`
const tells = (code: string) => python(setup() + code, small(folder))

test('with room for it a backup is made in both places', () => {
  const made = tells(
    `say([making.make(one, 'diff'), [call for call in calls if 'backup' in call]])`,
  )
  expect(made).toEqual([
    [],
    [
      ...['pgbackrest backup --repo=2', 'pgbackrest backup --repo=1'],
      ...['restic backup volume', 'restic backup bucket'],
    ],
  ])
})

test('without it the volume\u2019s alone fail, and tell what is free, what it takes and what to do', () => {
  const code = `
fill(9, 'app/film')
fill(14, 'data/base/more')
fill(12, 'others')
say([making.make(one, 'diff'), [call for call in calls if 'backup' in call], state.load()])`
  const [failed, made, noted] = tells(code) as [
    string[],
    string[],
    Record<string, { problem: string }>,
  ]
  expect(failed).toEqual(['database volume', 'files volume'])
  expect(made).toEqual(['pgbackrest backup --repo=1', 'restic backup bucket'])
  expect(noted['files bucket']?.problem).toBe(null)
  const fix =
    'Fix: a larger volume, which grows in place (pulumi config set volume GIB, and pulumi up)'
  const told = (needed: number) =>
    `the volume has not the room for it: ${needed} MiB are needed, 4 MiB of them for what runs, ` +
    `3 MiB are free. ${fix}: by ${needed - 3} MiB or more`
  expect(noted['database volume']?.problem).toBe(told(19))
  expect(noted['files volume']?.problem).toBe(told(14))
})

test('what is no longer kept goes first where there is no room, but not before a restore', () => {
  const code = `
fill(9, 'app/film')
fill(25, past)
try:
    files.back_up(one, 'volume', False)
except Failure as failure:
    calls.append(str(failure)[:36])
files.back_up(one, 'volume', True)
say(calls[3:])`
  expect(tells(code)).toEqual([
    'the volume has not the room for it: ',
    ...['restic cat volume', 'restic unlock volume', 'restic snapshots'],
    ...['restic forget volume', 'restic backup volume', 'restic forget volume'],
  ])
})

test('of files that are in the last snapshot none is counted again', () => {
  const code = `
fill(20, 'app/film')
there.append({'short_id': '1', 'time': '2999-01-01T00:00:00.123456789Z', 'paths': [files.source()]})
fill(12, 'others')
files.back_up(one, 'volume', True)
say(calls[-2:])`
  expect(tells(code)).toEqual(['restic backup volume', 'restic forget volume'])
})

/** What fails of all backups, and what is noted of them; where the files are well, their bytes on the disk. */
const made = (code: string) =>
  tells(`
${code}
failed = making.make(one, 'diff')
tags = [word for call in words for word in call if word.startswith('taken:')]
say([failed, [call for call in calls if 'backup' in call], state.load()['files volume']['problem'], tags])`) as [
    string[],
    string[],
    string | null,
    string[],
  ]
/** The words of each call of restic; `nest(NAME, LEVELS, FILE)`. */
const NEST = `
words = []
def noted(order, repository, *called, **more):
    words.append(called)
    return restic(order, repository, *called, **more)
files.restic = noted
def nest(name, levels, file):
    fd = os.open(f'{host.VOLUME}/app', os.O_RDONLY)
    for one_ in [name] * levels:
        os.mkdir(one_, dir_fd=fd)
        inner = os.open(one_, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    os.close(fd)
`
const DATABASE = ['pgbackrest backup --repo=2', 'pgbackrest backup --repo=1']
/** Runs what a message says to do, without sudo. */
const MEND = `
def mend():
    fix = state.load()['files volume']['problem'].partition(': sudo ')[2]
    subprocess.run(['sh', '-c', fix], check=True)
`

test('a sparse file that reads as more than the volume twice over is named at once, with what removes it', () => {
  const code = `${NEST}${MEND}
os.truncate(os.open(f'{host.VOLUME}/app/it is\\nlarge', os.O_CREAT | os.O_WRONLY), 8 << 40)
making.make(one, 'diff')
calls.clear()
mend()`
  const [failed, calls, problem] = made(code)
  expect([failed, calls.length, problem]).toEqual([[], 4, null])
  const told = made(`${NEST}
os.truncate(os.open(f'{host.VOLUME}/app/large', os.O_CREAT | os.O_WRONLY), 8 << 40)`)
  expect(told.slice(0, 2)).toEqual([['files volume', 'files bucket'], DATABASE])
  expect(told[2]).toMatch(
    /^the files are 8193 GiB to whoever reads them, holes too, which is more than 2 times the volume, and take 1 GiB of it\. The largest is \S+\/app\/large\. Fix, .*: sudo find \S+\/app -xdev -inum \d+ -delete$/,
  )
})

test('one that is no larger than the volume is backed up, and the snapshot tells what it takes on the disk', () => {
  const [failed, calls, , tags] = made(`${NEST}
os.truncate(os.open(f'{host.VOLUME}/app/image', os.O_CREAT | os.O_WRONLY), 40 << 20)
os.link(f'{host.VOLUME}/app/upload', f'{host.VOLUME}/app/the same')`)
  expect([failed, calls.length]).toEqual([[], 4])
  expect(tags).toEqual(['taken:1048576', 'taken:1048576'])
})

test.each([
  ['a file', 16, 'f'.repeat(250)],
  ['directories', 40, 'file'],
])(
  'a path that is too long for restic, by %s, is named, with what removes it',
  (_, levels, file) => {
    const nest = `nest('d' * 250, ${levels}, '${file}')`
    const told = made(`${NEST}\n${nest}`)
    expect(told.slice(0, 2)).toEqual([['files volume', 'files bucket'], DATABASE])
    expect(told[2]).toMatch(
      /^a path is too long to be backed up and restored: \S+\/app\/d+\.\.\.[df]+\. Fix, .*: sudo env LC_ALL=C find /,
    )
    const code = `${NEST}${MEND}
${nest}
making.make(one, 'diff')
calls.clear()
mend()`
    expect(made(code).slice(0, 3)).toEqual([[], expect.anything(), null])
  },
)

test('no number of levels is too much to look at', () => {
  expect(made(`${NEST}\nnest('d', 1100, 'file')`)[0]).toEqual([])
})

test('an error of the system at one backup keeps no other from being made', () => {
  const told = made(`${NEST}
def broken(*_):
    raise OSError(36, 'File name too long')
files.back_up = broken`)
  expect(told.slice(0, 3)).toEqual([
    ['files volume', 'files bucket'],
    DATABASE,
    '[Errno 36] File name too long',
  ])
})

test('above 85 % it is told, by the exit status too', () => {
  const code = `
found = [room.warning()]
ordered.read = lambda: SimpleNamespace(database=False)
host.volume_is_mounted = lambda: True
state.load = lambda: {}
lock.is_free = lambda: False
found.append(judging.check())
fill(33, 'others')
say([*found, judging.check(), judging._judged()])`
  const what = {
    ...{ what: 'room on the volume', state: 'full', last: null, failed: null },
    problem: expect.stringMatching(
      /^88% of the volume is in use, 5 MiB are free, .* Fix: a larger/,
    ),
  }
  expect(tells(code)).toEqual([null, 0, 1, [what]])
})

test('the volume keeps few, by number, and the bucket those of the weeks', () => {
  const code = `
from padlock_backup import settings
text = settings.text(one, (2, 55), 1 << 30)
def told(keep):
    changed = one._replace(keep_daily=keep)
    return [line for line in settings.text(changed, (2, 55), 1 << 30).split() if 'retention' in line]
kept = []
files.restic = lambda order, repository, *words, of: kept.append(list(words[3:]))
for where in ('volume', 'bucket'):
    files.forget(one, where)
say([told(7), told(1)[-1], kept])`
  expect(python(setup() + code)).toEqual([
    [
      ...['repo1-retention-full-type=time', 'repo1-retention-full=28', 'repo1-retention-diff=7'],
      ...['repo2-retention-full-type=count', 'repo2-retention-full=2', 'repo2-retention-diff=2'],
    ],
    'repo2-retention-diff=1',
    [
      ['--keep-last', '3', '--prune'],
      ['--keep-within', '2d', '--keep-daily', '7', '--keep-weekly', '4', '--prune'],
    ],
  ])
})
