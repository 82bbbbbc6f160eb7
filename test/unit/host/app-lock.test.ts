/** The lock of all that starts, ends or swaps the app. */
import { python } from './release-host.ts'

test('whoever waits says once for whom, and so does the failure', () => {
  const found = python(`
said = []
log.say = said.append
sys.argv[0] = '/usr/lib/padlock/database'
with store.lock():
    try:
        with store.lock(2):
            said.append('has it too')
    except Failure as failure:
        said.append(str(failure))
with store.lock(0):
    said.append('free again')
print(json.dumps(said))`)
  const holder = 'an upgrade of the database \\(since 20..-..-..T..:..:..Z\\)'
  expect(found).toEqual([
    expect.stringMatching(`^waits for ${holder}$`),
    expect.stringMatching(`^${holder} is still under way: try again later$`),
    'free again',
  ])
})

test('of a program from before it says what it may be', () => {
  const found = python(`
import fcntl
log.say = lambda text: None
held = open(store.LOCK, 'w')
fcntl.flock(held, fcntl.LOCK_EX)
try:
    with store.lock(0):
        pass
except Failure as failure:
    print(json.dumps(str(failure)))`)
  expect(found).toBe(
    'another release, or a repair of the app by the host itself, is still under way: try again later',
  )
})
