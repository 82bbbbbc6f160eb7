/** What the volume brings to the next host: a restore that was cut off, and what is known of the log. */
import { python } from './python.ts'

/** A new host, with the volume of one that was lost: the databases' own folder is not on it yet. */
const HOST = `
from padlock_backup import holes, journal
from padlock_release import clusters
root = temporary()
host.VOLUME, clusters.ON_VOLUME, clusters.DATA = f'{root}/volume', f'{root}/volume/postgresql', f'{root}/databases'
host.volume_is_mounted = lambda: True
host.data = lambda: f'{clusters.DATA}/17/main'
swap.files.source = lambda: f'{host.VOLUME}/app'
for folder in ('volume/backup', 'volume/app', 'volume/app.restored', 'databases'):
    os.makedirs(f'{root}/{folder}')
for name in ('main', 'main.restored'):
    os.makedirs(f'{clusters.ON_VOLUME}/17/{name}')
def marked(name):
    open(f'{name}/{swap.MARK}', 'w').close()
def there():
    return sorted(os.listdir(host.VOLUME) + os.listdir(f'{clusters.ON_VOLUME}/17'))
def resumed():
    try:
        return swap.resume(None)
    except Failure as failure:
        return str(failure)
`

test.each([
  ['in the midst of the swap', "step='swap', whats=['database', 'files']"],
  ['before it', "step='prepare'"],
])('a restore that was cut off %s waits for the database to be taken over', (_, note) => {
  const [said, same, marks] = python(`${HOST}
marked(f'{host.VOLUME}/app')
journal.note(${note})
before = there()
said = resumed()
say([said, there() == before, os.listdir(f'{host.VOLUME}/app')])`) as unknown[]
  expect(said).toMatch(/has not taken over the database of the volume yet. Fix: pulumi up/)
  expect([same, marks]).toEqual([true, ['padlock-restored']])
})

test('once it is taken over, a restore before its swap leaves nothing', () => {
  const [said, left] = python(`${HOST}
os.rmdir(clusters.DATA)
os.symlink(clusters.ON_VOLUME, clusters.DATA)
journal.note(step='prepare')
said = resumed()
say([said, there()])`) as [unknown, string[]]
  expect(said).toBeNull()
  expect(left).toEqual(['app', 'backup', 'main', 'postgresql'])
})

test('a mark that was left in what runs makes no later restore skip its swap', () => {
  const left = python(`${HOST}
marked(f'{host.VOLUME}/app')
swap.forget()
say(os.listdir(f'{host.VOLUME}/app'))`)
  expect(left).toEqual([])
})

test('the next host knows which parts of the log a place lacks', () => {
  const known = python(`${HOST}
host.HOME = temporary()
holes.note('bucket', '000000010000000000000007', False, None, datetime(2026, 11, 29, tzinfo=UTC))
host.HOME = temporary()
say([one['segment'] for one in holes.load('bucket')['holes']])`)
  expect(known).toEqual(['000000010000000000000007'])
})
