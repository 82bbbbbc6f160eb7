/** What is noted of the parts of the log that a place lacks. */
import { python } from './python.ts'

test('two that look at the log at once lose nothing of what the other one saw', () => {
  const code = `
from padlock_backup import holes
host.VOLUME = temporary()
os.mkdir(f'{host.VOLUME}/backup')
host.volume_is_mounted = lambda: True
children = []
for where in ('volume', 'bucket'):
    child = os.fork()
    if child == 0:
        for number in range(300):
            holes.note(where, f'{number:024X}', False, None, datetime.now(UTC))
        os._exit(0)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
say([codes, *(holes.load(where)['holes'][-1]['segment'] for where in ('volume', 'bucket'))])`
  const last = (299).toString(16).toUpperCase().padStart(24, '0')
  expect(python(code)).toEqual([[0, 0], last, last])
})

test("of PostgreSQL's log its last part is read, and nothing else that lies there", () => {
  const code = `
from padlock_backup import holes, settings
host.LOGS = temporary()
path = f'{host.LOGS}/{settings.STANZA}-archive-push-async.log'
found = [holes._said()]
with open(path, 'w') as file:
    file.write('x' * 2 * 1024 * 1024 + 'the end')
said = holes._said()
found.append([len(said), said[-7:]])
os.unlink(path)
os.mkfifo(path)
try:
    holes._said()
except Failure as failure:
    found.append(str(failure).removeprefix(path))
os.unlink(path)
os.symlink('/etc/hostname', path)
try:
    holes._said()
except Failure as failure:
    found.append(str(failure).removeprefix(path))
say(found)`
  expect(python(code, ['timeout', '20'])).toEqual([
    '',
    [1024 * 1024, 'the end'],
    expect.stringMatching(/^ is not a plain file\. Fix: find out why, then remove it$/),
    expect.stringMatching(/^ is a symbolic link, which nothing here makes: .*Fix: find out why/),
  ])
})
