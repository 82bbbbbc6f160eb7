/** No unit of the app starts while an upgrade's swap is cut off: what it wrote could go with the new cluster. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPackage } from '../../../../host/pack/package.ts'
import { newFolder, removeFolders } from '../fixture.ts'
import { heldUnits } from '../held-units.ts'

const HOST = join(import.meta.dirname, '../../../../host')
const PROGRAMS = ['padlock-database', 'padlock-app', 'padlock-volume'].map((name) =>
  join(HOST, name, 'files/usr/lib/padlock'),
)
const DROP_IN = 'usr/lib/systemd/user/app-.service.d/padlock-database.conf'
afterEach(removeFolders)

/** What a program says that has the host's modules. */
function python(code: string, ...words: string[]): string {
  const all = `import os, sys\nsys.dont_write_bytecode = True\nsys.path[:0] = sys.argv[1:4]\n${code}`
  const { stdout, stderr } = spawnSync('python3', ['-c', all, ...PROGRAMS, ...words], {
    encoding: 'utf8',
  })
  if (stderr !== '') throw new Error(stderr)
  return stdout.trim()
}

test('each unit waits for the end of the mark that the note has', async () => {
  const { paths } = await readPackage(join(HOST, 'padlock-database'), { version: '1.0.0' })
  expect(paths).toContain(DROP_IN)
  const mark = python('from padlock_database import journal\nprint(journal.mark())')
  const { all, free, held } = heldUnits(join(HOST, 'padlock-database/files', DROP_IN), mark)
  expect([free, held]).toEqual([all, []])
})

test('the units that end an upgrade, and what starts the app, look for the note where it is', () => {
  const note = python('from padlock_release import clusters\nprint(clusters.JOURNAL)')
  const system = join(HOST, 'padlock-database/files/usr/lib/systemd/system')
  const [watch = '', end = ''] = ['path', 'service'].map((kind) =>
    readFileSync(join(system, `padlock-database-resume.${kind}`), 'utf8'),
  )
  expect(watch).toContain(`\nPathExists=${note}\n`)
  expect(end).toContain(`\nConditionPathExists=${note}\n`)
  const code = `from padlock_release import notes, volumes
volumes.BACKUP = volumes.DATABASE = '/'
asked = []
notes.read = lambda path: asked.append(path)
volumes.swapping()
print(asked)`
  expect(python(code)).toContain(`'${note}'`)
})

test('the mark is there whenever the note says swap, and no longer than the note', () => {
  const code = `from padlock_database import journal
from padlock_release import clusters
clusters.JOURNAL = sys.argv[4] + '/upgrade.json'
# A cut before each file that goes.
gone = []
journal._unlink = lambda path: gone.append((os.path.basename(path), os.path.exists(path), journal.read()[0]))
for step in ('prepare', 'copy', 'swap', 'after'):
    journal.note(step, '17', '18')
    print(step, os.path.exists(journal.mark()))
journal.forget()
print(gone)`
  expect(python(code, newFolder()).split('\n')).toEqual([
    'prepare False',
    'copy False',
    'swap True',
    'after True',
    [
      "[('swapping', False, 'prepare'), ('swapping', False, 'copy'), ('swapping', True, 'after')",
      "('swapping', True, 'after'), ('upgrade.json', True, 'after')]",
    ].join(', '),
  ])
})
