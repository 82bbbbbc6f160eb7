import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '../../../host/padlock-backup')
const [UNITS, FOLDER, RELEASE] = [
  join(PACKAGE, 'files/usr/lib/systemd/system'),
  join(PACKAGE, 'files/usr/lib/padlock'),
  join(PACKAGE, '../padlock-app/files/usr/lib/padlock'),
] as const
const VOLUME = join(PACKAGE, '../padlock-volume/files/usr/lib/padlock')
const NAMES = ['padlock-backup-resume.path', 'padlock-backup-resume.service']
const text = (name: string) => readFileSync(join(UNITS, name), 'utf8')

const ASK = `import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[1:]
from padlock_backup import lock, restore, swap
print(swap._path(), lock.LOCK, restore.WATCH)`

test('the units watch the note, and wait for the lock, that a restore has', () => {
  const words = ['-c', ASK, FOLDER, RELEASE, VOLUME]
  const { stdout, stderr } = spawnSync('python3', words, { encoding: 'utf8' })
  const [note, lock, watch] = stdout.trim().split(' ')
  expect([stderr, watch]).toEqual(['', NAMES[0]])
  expect(text('padlock-backup-resume.path')).toContain(`PathExists=${note}\n`)
  expect(text('padlock-backup-resume.service')).toContain(`ConditionPathExists=${note}\n`)
  expect(text('padlock-backup-resume.service')).toContain(
    `ExecStartPre=/usr/bin/flock ${lock} true\n`,
  )
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
