/** Commands of a release that run before it serves, and what a rollback makes of them. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { folder, id, python, releases } from './release-host.ts'

const migrating = "releaseCommand={'command': 'python manage.py \\'m $x\\'', 'seconds': 9}"

test('a release command runs once in the new image, before the app starts', () => {
  const found = python(`
log.say = lambda text: None
brought_up('a', ${migrating})
print(json.dumps([calls, written['a' * 12 + '-release'], store.current()]))`) as [
    string[],
    string,
    string,
  ]
  const [calls, unit, live] = found
  expect(live).toBe(id('a'))
  expect(calls.filter((call) => /systemctl|^start|reload|erase/.test(call))).toEqual([
    'reload',
    'systemctl start',
    'erase',
    'start',
  ])
  const lines = unit.split('\n')
  for (const line of [
    `ContainerName=app-${id('a')}-release`,
    'Exec="python" "manage.py" "m $$x"',
    'PodmanArgs=--memory=256m',
    'Type=oneshot',
    'TimeoutStartSec=9',
    `Secret=app-${id('a')}-APP_SECRET_KEY,type=env,target=APP_SECRET_KEY`,
    'Environment="A=1"',
  ]) {
    expect(lines).toContain(line)
  }
  expect(unit).not.toMatch(/Install|Restart=|pidfile|app\.sock$/m)
})

test.each([
  ['Result=exit-code\\nExecMainStatus=3', 'releaseCommand failed with exit 3'],
  [
    'Result=timeout\\nExecMainStatus=0',
    'releaseCommand was not done after 9 s (releaseSeconds), and was ended',
  ],
  ['Result=oom-kill\\nExecMainStatus=137', 'releaseCommand failed (oom-kill)'],
])(
  'a release command ends with %s: the release is refused, with what it said',
  (shown, message) => {
    const [failure, live, said, done] = python(`
brought_up('a')
said = []
log.say = said.append
result['start'] = '${shown}'
calls.clear()
failure = brought_up('b', ${migrating})
print(json.dumps([failure, store.current(), said, calls]))`) as [string, string, string[], string[]]
    expect([failure, live]).toEqual([message, id('a')])
    expect(said.join('\n')).toContain(
      `release ${id('b')} is not up; release ${id('a')} goes on serving. The end of its log:\n` +
        `${id('b')}-release said [APP_SECRET_KEY]`,
    )
    expect(done).not.toContain('start')
    expect(done.slice(-2)).toEqual(['remove', 'remove_directory'])
  },
)

const seeding = "seedCommand={'command': 'python manage.py loaddata a.json', 'seconds': 9}"

test('a seed command runs behind the release command, and never again on this volume', () => {
  const [first, second, unit] = python(`
log.say = lambda text: None
main.volumes.MOUNT = folder
brought_up('a', ${migrating}, ${seeding})
first = list(calls)
calls.clear()
brought_up('b', ${migrating}, ${seeding})
print(json.dumps([first, calls, written['a' * 12 + '-release']]))`) as [string[], string[], string]
  const ran = (calls: string[]) => calls.filter((call) => /systemctl start|^start/.test(call))
  expect(ran(first)).toEqual(['systemctl start', 'systemctl start', 'start'])
  expect(unit).toContain('Exec="python" "manage.py" "loaddata" "a.json"')
  expect(ran(second)).toEqual(['systemctl start', 'start'])
})

test('one that fails refuses the release, and runs again with the next; a rollback runs none', () => {
  const [failure, live, again, back] = python(`
log.say = lambda text: None
main.volumes.MOUNT = folder
brought_up('a')
result['start'] = 'Result=exit-code\\nExecMainStatus=3'
failure = brought_up('b', ${seeding})
live = store.current()
result['start'] = ''
calls.clear()
brought_up('c', ${seeding})
again = list(calls)
calls.clear()
releases.roll_back('a' * 12, 'Eve', True)
print(json.dumps([failure, live, again.count('systemctl start'), calls.count('systemctl start')]))`) as [
    string,
    string,
    number,
    number,
  ]
  expect([failure, live]).toEqual(['seedCommand failed with exit 3', id('a')])
  expect([again, back]).toEqual([1, 0])
})

test('a rollback runs no release command', () => {
  const calls = python(`
log.say = lambda text: None
for digit in 'ab':
    brought_up(digit, ${migrating})
calls.clear()
releases.roll_back('a' * 12, 'Eve', True)
print(json.dumps([calls, store.current()]))`)
  expect(calls).toEqual([expect.not.arrayContaining(['systemctl start']), id('a')])
})

const migrated = `
brought_up('a')
brought_up('b', ${migrating})
`
const back = (digit: string, ...more: string[]) =>
  releases('log.say = lambda text: None', 'rollback', id(digit), ...more)

test('a rollback across a release command is refused, unless one says that it is compatible', () => {
  expect(releases(migrated, 'rollback', id('a'))).toMatchObject({
    code: 1,
    live: id('b'),
    said: expect.stringContaining(
      `the releaseCommand of ${id('b')} has run since release ${id('a')} was made`,
    ),
  })
  expect(releases('', 'check', id('a')).code).toBe(1)
  expect(releases('', 'check', id('a'), '--schema-compatible').code).toBe(0)
  expect(back('a', '--schema-compatible')).toMatchObject({ code: 0, live: id('a') })
  // Its own command is the last one that has run, so it knows the database.
  expect(back('b')).toMatchObject({ code: 0, live: id('b') })
  expect(back('a').code).toBe(1)
})

test('a command of a release that was refused counts, and a release made anew knows the database', () => {
  const failed = `
for digit in 'ab':
    brought_up(digit)
result['start'] = 'Result=exit-code'
brought_up('c', ${migrating})
`
  expect(releases(failed, 'rollback', id('a'))).toMatchObject({ code: 1, live: id('b') })
  rmSync(join(folder, 'runs'))
  const anew = `${failed}result['start'] = ''\nbrought_up('a')\nbrought_up('b')`
  expect(releases(anew, 'rollback', id('a')).code).toBe(0)
})
