/** A server that is restarted is waited for; one that is down keeps nobody. */
import { python } from './python.ts'

/** `waited(answers, states)`: how often each was asked; the last of them goes on. */
const ASKED = `
from padlock_backup import server
from padlock_release.failure import CommandFailure
server.time.sleep = lambda seconds: None
host.server = lambda: 'postgresql@17-main.service'
def waited(answers, states):
    asked = {'sql': 0, 'unit': 0}
    def sql(statement):
        asked['sql'] += 1
        if not answers[min(asked['sql'], len(answers)) - 1]:
            raise CommandFailure('the database system is shutting down')
    def run(*words, **_):
        asked['unit'] += 1
        return SimpleNamespace(stdout=states[min(asked['unit'], len(states)) - 1] + '\\n')
    host.sql, host.run = sql, run
    server.wait()
    return list(asked.values())
`

test('through its end, the moment between two processes, and its beginning', () => {
  const states = "['deactivating', 'inactive', 'activating', 'activating', 'active']"
  expect(
    python(`${ASKED}say(waited([False, False, False, False, False, True], ${states}))`),
  ).toEqual([6, 5])
  expect(python(`${ASKED}say(waited([True], ['active']))`)).toEqual([1, 0])
})

test('one that is down, or never answers, keeps nobody for long', () => {
  expect(python(`${ASKED}say(waited([False], ['failed']))`)).toEqual([4, 4])
  expect(python(`${ASKED}server.SECONDS = 0.05\nsay(waited([False], ['active'])[0] > 1)`)).toBe(
    true,
  )
})
