/** What installs our packages waits for the lock that apt and dpkg take. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const install = readFileSync(join(__dirname, '../../../host/install'), 'utf8')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-lock-'))
  const dpkg = `#!/bin/sh\necho "$DPKG_FRONTEND_LOCKED $*"\necho dpkg >>${folder}/order\n`
  writeFileSync(join(folder, 'dpkg'), dpkg)
  chmodSync(join(folder, 'dpkg'), 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The installer's function with a lock of the test's own and a dpkg that says how it was called. */
function dpkgLocked(...words: string[]): string {
  const lock = '/var/lib/dpkg/lock-frontend'
  const [text = ''] = /^dpkg_locked\(\) \{[\s\S]*?^\}/m.exec(install) ?? []
  expect(text).toContain(lock)
  const script = `${text.replace(lock, join(folder, 'lock'))}\ndpkg_locked "$@"`
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  return execFileSync('bash', ['-c', script, 'install', ...words], { env, encoding: 'utf8' })
}

test('dpkg runs at once where nobody holds the lock, and is told that it is held', () => {
  expect(dpkgLocked('--configure', '-a')).toBe(
    'true --force-confdef --force-confold --configure -a\n',
  )
})

test('an apt that holds it is waited for', async () => {
  const hold = `import fcntl, sys, time
lock = open(sys.argv[1], 'w')
fcntl.lockf(lock, fcntl.LOCK_EX)
print('held', flush=True)
time.sleep(2)
print('apt', file=open(sys.argv[2], 'a'))`
  const apt = spawn('python3', ['-c', hold, join(folder, 'lock'), join(folder, 'order')])
  await once(apt.stdout, 'data')
  expect(dpkgLocked('--install', 'x.deb')).toContain('--install x.deb')
  expect(readFileSync(join(folder, 'order'), 'utf8')).toBe('apt\ndpkg\n')
})
