/** The lock of all that starts, ends or swaps the app. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
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

test('where not even a name can be written, it is a lock all the same', () => {
  const found = python(`
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
told = []
with store.lock():
    told.append('held')
try:
    with store.lock():
        raise Failure('the container did not become ready')
except Exception as error:
    told.append(repr(error))
print(json.dumps(told))`)
  expect(found).toEqual(['held', "Failure('the container did not become ready')"])
})

test('each name of a holder is that of a program of the host', () => {
  const host = join(__dirname, '../../../host')
  const folders = readdirSync(host).map((name) => join(host, name, 'files/usr/lib/padlock'))
  const names = python('print(json.dumps(list(store.HOLDERS)))') as string[]
  const lacking = names.filter((name) => !folders.some((each) => existsSync(join(each, name))))
  expect([names.length > 5, lacking]).toEqual([true, []])
})
