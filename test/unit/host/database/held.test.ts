/** No unit of the app starts while an upgrade's swap is cut off: what it wrote could go with the new cluster. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readPackage } from '../../../../host/pack/package.ts'
import { newFolder, removeFolders } from '../fixture.ts'

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

/** systemd.unit(5): a drop-in of `app-.service` is one of every unit whose name begins with it. */
test('each unit waits for the end of the mark that the note has', async () => {
  const { paths } = await readPackage(join(HOST, 'padlock-database'), { version: '1.0.0' })
  expect(paths).toContain(DROP_IN)
  const folder = newFolder()
  const mark = python('from padlock_database import journal\nprint(journal.mark())')
  const kept = join(folder, 'swapping')
  const dropIn = readFileSync(join(HOST, 'padlock-database/files', DROP_IN), 'utf8')
  expect(dropIn).toContain(`ConditionPathExists=!${mark}\n`)
  const release = '3f2a9c01d2e4'
  const units = ['', '.2', '-worker', '-job', '-release', '-seed'].map((end) => `${release}${end}`)
  const files = Object.fromEntries(
    units.map((name) => [`app-${name}.service`, '[Service]\nExecStart=/bin/true\n']),
  )
  files['app-.service.d/padlock-database.conf'] = dropIn.replace(mark, kept)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'units', name)), { recursive: true })
    writeFileSync(join(folder, 'units', name), content)
  }
  const starts = (name: string) => {
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}/units:`, XDG_RUNTIME_DIR: folder }
    const words = ['--user', 'condition', `--unit=app-${name}.service`]
    const { stderr, status } = spawnSync('systemd-analyze', words, { encoding: 'utf8', env })
    if (!/^Conditions (succeeded|failed)\.$/m.test(stderr)) throw new Error(stderr)
    return status === 0
  }
  expect(units.filter(starts)).toEqual(units)
  writeFileSync(kept, '')
  expect(units.filter(starts)).toEqual([])
  rmSync(kept)
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
