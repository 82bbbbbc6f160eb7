/** What restic says of a place that has no repository, and of one that nobody can tell of. */
import { python } from './python.ts'

const LOCATION =
  'Is there a repository at the following location?\ns3:https://s3.example/shop/shop/files'
const said: [string, number, string, string | null][] = [
  // restic 0.14, of Debian 12.
  [
    'no object, 0.14',
    1,
    `Fatal: unable to open config file: Stat: The specified key does not exist.\n${LOCATION}`,
    'init',
  ],
  [
    'no folder, 0.14',
    1,
    `Fatal: unable to open config file: stat /srv/volume/backup/files/config: no such file or directory\n${LOCATION}`,
    'init',
  ],
  [
    'a refused key, 0.14',
    1,
    `Fatal: unable to open config file: Stat: Access Denied.\n${LOCATION}`,
    'the key is refused at s3.example',
  ],
  [
    'no answer, 0.14',
    1,
    `Fatal: unable to open config file: Stat: dial tcp: connection refused\n${LOCATION}`,
    'restic cat',
  ],
  [
    'a wrong passphrase, 0.14',
    1,
    'Fatal: wrong password or no key found',
    'there are backups of shop already',
  ],
  // restic 0.18, of Debian 13.
  [
    'no object, 0.18',
    10,
    `Fatal: repository does not exist: unable to open config file: The specified key does not exist.\n${LOCATION}`,
    'init',
  ],
  ['words that nobody knows yet', 10, 'Fatal: nothing here', 'init'],
  [
    'a refused key, 0.18',
    1,
    `Fatal: unable to open config file: Access Denied.\n${LOCATION}`,
    'the key is refused at s3.example',
  ],
  [
    'a wrong passphrase, 0.18',
    12,
    'Fatal: wrong password or no key found',
    'there are backups of shop already',
  ],
  ['and in other words', 12, 'Fatal: not opened', 'there are backups of shop already'],
  [
    'a lock',
    11,
    'Fatal: unable to create lock in backend: repository is already locked',
    'restic cat',
  ],
]

test.each(said)('%s: exit %d', (_, code, text, wanted) => {
  const found = python(`
from padlock_backup import files
from padlock_release.failure import CommandFailure
calls = []
def restic(order, repository, *words, of, seconds=None):
    calls.append(words[0])
    if words[0] == 'cat':
        raise CommandFailure('restic cat config failed:\\n' + ${JSON.stringify(text)}, ${code})
files.restic = restic
order = SimpleNamespace(prefix='shop', bucket='shop', endpoint='s3.example')
try:
    files.ensure(order, 'bucket')
    say(calls[-1])
except Failure as failure:
    say(str(failure))`)
  expect(found).toEqual(expect.stringMatching(`^${wanted}`))
  if (wanted !== 'init') expect(found).toContain(text)
})

test.each([
  [said[0]?.[2], 'nothing is there'],
  [said[2]?.[2], 'the key is refused'],
  [said[3]?.[2], 'Fatal'],
  [said[4]?.[2], 'the passphrase does not open them'],
  [said[5]?.[2], 'nothing is there'],
  // pgBackRest, of a file that a wrong passphrase opens, as about one in 256 does.
  [
    'unable to load info file: it is damaged, or is not opened by this passphrase',
    'the passphrase does not open them',
  ],
])('of a place to restore from, %j is told: %s', (text, wanted) => {
  expect(python(`say(places._reason(Failure(${JSON.stringify(text)})))`)).toMatch(
    RegExp(`^${wanted}`),
  )
})

test.each([
  // A HEAD, by which restic begins, has no reason in its answer.
  ['Fatal: unable to open config file: Stat: Access Denied.', true, 'the clock of this host'],
  ['Fatal: unable to open config file: Stat: Access Denied.', false, 'the key is refused'],
  [
    "Load(<key/1>): The difference between the request time and the server's time is too large.",
    false,
    'the clock of this host',
  ],
  ['Save(<lock/1>): 403 Forbidden: RequestTimeTooSkewed', false, 'the clock of this host'],
  ['Fatal: unable to create lock in backend: already locked', true, 'restic cat config'],
])(
  'of the clock, restic saying %j and the server another time (%j): %s',
  (text, isWrong, wanted) => {
    const found = python(`
from padlock_backup import clock, files, new_key
from padlock_release.failure import CommandFailure
def run(*words, **more):
    raise CommandFailure('restic cat config failed:\\n' + ${JSON.stringify(text)}, 1)
host.run = run
clock.is_wrong = lambda endpoint: ${isWrong ? 'True' : 'False'}
order = SimpleNamespace(prefix='shop', bucket='shop', endpoint='s3.example', passphrase='p', key='k',
    secret='s', region='r', style='path')
try:
    files.ensure(order, 'bucket')
except Failure as failure:
    said = str(failure)
try:
    files.snapshots(order, 'bucket')
except Failure as failure:
    said = [said, places._reason(failure), new_key._is_refused(order, 1)]
say(said)`)
    const begins = expect.stringMatching(`^${wanted}`)
    expect(found).toEqual([
      begins,
      wanted.startsWith('restic') ? expect.anything() : begins,
      wanted.startsWith('the key'),
    ])
  },
)

test('a place that does not answer is left in time, and its restic is ended', () => {
  const found = python(`
from padlock_backup import files
folder = temporary()
with open(f'{folder}/restic', 'w') as file:
    file.write(f'#!/bin/sh\\necho $$ > {folder}/pid\\necho "Load(<config>) failed, retrying" >&2\\nexec sleep 600\\n')
os.chmod(f'{folder}/restic', 0o755)
os.environ['PATH'] = folder + ':' + os.environ['PATH']
host.VOLUME = folder
os.mkdir(f'{folder}/app')
files.ANSWER_SECONDS = 10
order = SimpleNamespace(
    prefix='shop', bucket='shop', endpoint='s3.example', passphrase='p', key='k', secret='s', region='r', style='path',
)
try:
    files.back_up(order, 'volume', False)
    say('no failure')
except Failure as failure:
    with open(f'{folder}/pid') as file:
        pid = file.read().strip()
    say([str(failure), os.path.exists(f'/proc/{pid}')])`)
  expect(found).toEqual([
    'restic cat config --no-lock has no answer after 10 s:\nLoad(<config>) failed, retrying',
    false,
  ])
})
