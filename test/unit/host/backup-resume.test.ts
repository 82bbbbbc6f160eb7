import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPackage } from '../../../host/pack/package.ts'
import { newFolder, removeFolders } from './fixture.ts'
import { heldUnits } from './held-units.ts'

const PACKAGE = join(import.meta.dirname, '../../../host/padlock-backup')
const [UNITS, FOLDER, RELEASE] = [
  join(PACKAGE, 'files/usr/lib/systemd/system'),
  join(PACKAGE, 'files/usr/lib/padlock'),
  join(PACKAGE, '../padlock-app/files/usr/lib/padlock'),
] as const
const VOLUME = join(PACKAGE, '../padlock-volume/files/usr/lib/padlock')
const NAMES = ['padlock-backup-resume.path', 'padlock-backup-resume.service']
const DROP_IN = 'usr/lib/systemd/user/app-.service.d/padlock-backup.conf'
const text = (name: string) => readFileSync(join(UNITS, name), 'utf8')

const ASK = `import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import journal, lock, restore
print(journal.path(), lock.LOCK, restore.WATCH, journal.mark())`

/** The note of a restore, the lock, the unit that watches, and the mark of a swap. */
function named(): string[] {
  const words = ['-c', ASK, FOLDER, RELEASE, VOLUME]
  const { stdout, stderr } = spawnSync('python3', words, { encoding: 'utf8' })
  if (stderr !== '') throw new Error(stderr)
  return stdout.trim().split(' ')
}

test('the units watch the note, and wait for the lock, that a restore has', () => {
  const [note, lock, watch] = named()
  expect(watch).toBe(NAMES[0])
  expect(text('padlock-backup-resume.path')).toContain(`PathExists=${note}\n`)
  expect(text('padlock-backup-resume.service')).toContain(`ConditionPathExists=${note}\n`)
  expect(text('padlock-backup-resume.service')).toContain(
    `ExecStartPre=/usr/bin/flock ${lock} true\n`,
  )
})

test('a backup that runs ends as the volume goes to another host', () => {
  expect(text('padlock-backup.service')).toContain('PartOf=srv-volume.mount\n')
})

afterEach(removeFolders)

test('no unit of the app starts while the data is half swapped, and each does without a mark', async () => {
  const { paths } = await readPackage(PACKAGE, { version: '1.0.0' })
  expect(paths).toContain(DROP_IN)
  const { all, free, held } = heldUnits(join(PACKAGE, 'files', DROP_IN), named()[3] ?? '')
  expect([free, held]).toEqual([all, []])
})

test('the mark is there whenever the note says so, and goes before the app is started', () => {
  const folder = newFolder()
  const code = `import json, os, sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[2:]
import padlock_pause as app
from padlock_backup import host, journal, recovery, restored_files, swap
host.VOLUME, host.HOME = sys.argv[1], sys.argv[1]
recovery.forget = restored_files.forget = lambda: None
found = []
app.start = lambda: found.append(['start', journal.keeps_app(), (journal.load() or {}).get('step')])
told = lambda: found.append([(journal.load() or {}).get('step'), journal.keeps_app()])
# Cut off between the two.
unlink = os.unlink
def cut(path):
    raise KeyboardInterrupt
for step in ('prepare', 'swap', 'after', 'swap'):
    journal.note(step=step, whats=[])
    told()
for cut_off in ('after', 'forget'):
    os.unlink = cut
    try:
        journal.note(step='after', whats=[]) if cut_off == 'after' else swap.forget()
    except KeyboardInterrupt:
        told()
    os.unlink = unlink
    swap.resume(None)
    told()
    if cut_off == 'after':
        swap.forget()
        journal.note(step='swap', whats=[])
print(json.dumps(found))`
  const words = ['-c', code, folder, FOLDER, RELEASE, VOLUME]
  const { stdout, stderr } = spawnSync('python3', words, { encoding: 'utf8' })
  expect([stderr, JSON.parse(stdout || 'null')]).toEqual([
    '',
    [
      ...[
        ['prepare', false],
        ['swap', true],
        ['after', false],
        ['swap', true],
      ],
      ...[
        ['after', true],
        ['start', false, 'after'],
        ['after', false],
      ],
      ...[
        ['prepare', true],
        ['start', false, null],
        [null, false],
      ],
    ],
  ])
  expect(existsSync(join(folder, 'backup/swapping'))).toBe(false)
})

test('it is watched for wherever the package is, whether or not backups are ordered', () => {
  const postinst = readFileSync(join(PACKAGE, 'postinst'), 'utf8')
  expect(postinst).toContain('enable padlock-backup-resume.path')
  expect(text('padlock-backup-resume.path')).toContain('WantedBy=srv-volume.mount\n')
})

test('its units are units, as systemd reads them', () => {
  const units = NAMES.map((name) => join(UNITS, name))
  const words = ['verify', '--man=no', '--recursive-errors=no', ...units]
  const { stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
  const problems = stderr
    .split('\n')
    .filter((line) => line.includes('padlock-backup') && !/is not executable/.test(line))
  expect(problems).toEqual([])
})
