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
