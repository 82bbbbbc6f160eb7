/** What other packages do before a release. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const packages = join(__dirname, '../../../host/padlock-app/files/usr/lib/padlock')
const OPTIONS = { cwd: packages, encoding: 'utf8' as const }
const PROGRAM = `
import sys
sys.dont_write_bytecode = True
from padlock_release import before, log
from padlock_release.failure import Failure
before.FOLDER, log.PATH = sys.argv[1], '/dev/null'`
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'before-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function run(path = folder): { code: number | null; stderr: string } {
  const program = `${PROGRAM}
try:
    before.run('managed')
except Failure as failure:
    sys.exit(str(failure))`
  const done = spawnSync('python3', ['-c', program, path], OPTIONS)
  return { code: done.status, stderr: done.stderr }
}
const script = (name: string, body: string) =>
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })

test('every program runs, in the order of the names', () => {
  script('20-two', `echo two >>${folder}.said`)
  script('10-one', `echo one $RELEASE_DATABASE >>${folder}.said`)
  expect(run()).toMatchObject({ code: 0, stderr: expect.stringMatching(/10-one: done.*20-two/s) })
  expect(spawnSync('cat', [`${folder}.said`], { encoding: 'utf8' }).stdout).toBe(
    'one managed\ntwo\n',
  )
  rmSync(`${folder}.said`)
})

test('the first that fails stops the release, with what it said', () => {
  script('backup', 'echo the bucket is away >&2; exit 3')
  script('later', `echo later >>${folder}.said`)
  const { code, stderr } = run()
  expect(code).toBe(1)
  expect(stderr).toContain('backup before the release failed with exit 3:\nthe bucket is away')
  expect(spawnSync('cat', [`${folder}.said`]).status).not.toBe(0)
})

test('for whom a program waits is told while it waits', () => {
  // It ends once its words have been read.
  script('backup', `echo waits for a backup >&2; while [ ! -e ${folder}.read ]; do sleep 0.1; done`)
  const program = `${PROGRAM}
def show(text):
    open(sys.argv[1] + '.read', 'w')
    print(text, file=sys.stderr)
log.show = show
before.run()`
  const done = spawnSync('python3', ['-c', program, folder], { ...OPTIONS, timeout: 60_000 })
  rmSync(`${folder}.read`, { force: true })
  expect(done.stderr).toMatch(/^waits for a backup\nbackup: done after /)
})

test('a host without such a package does nothing', () => {
  expect(run(join(folder, 'none'))).toEqual({ code: 0, stderr: '' })
})
