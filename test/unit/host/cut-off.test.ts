/** An installation that is killed, or loses its power, is made up for without another update. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, makeBundle, makeRoot, stub } from './scratch.ts'

const RESTORE = join(__dirname, '../../../host/padlock-base/files/usr/lib/padlock/restore')

let root: string
let mark: string
beforeEach(() => {
  root = makeRoot()
  mark = join(root, 'lib/installing')
  for (const name of ['dpkg-query', 'dpkg-deb', 'gpg', 'apt-get', 'pin-caddy']) {
    stub(root, name, 'true')
  }
  writeFileSync(join(root, 'etc/padlock/host.env'), 'CADDY_FINGERPRINT=A\n')
})
afterEach(() => rmSync(root, { recursive: true }))

/** A bundle whose repository is known already. */
function bundle(name: string): string {
  const files = { fingerprint: 'A', 'caddy.sources': 'URIs: x\n' }
  const folder = makeBundle(root, name, files)
  rmSync(join(root, 'lib/repository'), { recursive: true, force: true })
  symlinkSync(join(folder, 'repository'), join(root, 'lib/repository'))
  return folder
}

function restore() {
  const script = readFileSync(RESTORE, 'utf8')
    .replaceAll('/var/lib/padlock', `${root}/lib`)
    .replace('/run/padlock-install.lock', `${root}/lock`)
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  return spawnSync('bash', ['-c', script], { encoding: 'utf8', env })
}

test('the mark is there while an installation runs, and gone after it', () => {
  stub(root, 'apply-units', `test -e ${mark} && echo marked >>${root}/calls`)
  expect(install(root, bundle('first')).status).toBe(0)
  expect(readFileSync(join(root, 'calls'), 'utf8')).toBe('marked\n')
  expect(existsSync(mark)).toBe(false)
})

test('a killed one leaves the mark, and what was installed last is put back', () => {
  stub(root, 'apply-units', 'true')
  install(root, bundle('first'))
  stub(root, 'apply-units', 'kill -9 $PPID')
  expect(install(root, bundle('second')).signal).toBe('SIGKILL')
  expect(existsSync(mark)).toBe(true)
  stub(root, 'apply-units', `echo "$PADLOCK_RESTORE" >>${root}/calls`)
  expect(restore().status).toBe(0)
  expect(readFileSync(join(root, 'calls'), 'utf8')).toBe('1\n')
  expect(existsSync(mark)).toBe(false)
})

test('one that failed has put it back itself', () => {
  stub(root, 'apply-units', 'true')
  install(root, bundle('first'))
  stub(root, 'apply-units', `[ -n "$PADLOCK_RESTORE" ]`)
  expect(install(root, bundle('second')).stderr).toContain('the former packages are back')
  expect(existsSync(mark)).toBe(false)
})

test('without a mark nothing is run, and a first installation has nothing to go back to', () => {
  expect(restore().status).toBe(0)
  writeFileSync(mark, '')
  expect(restore().status).toBe(0)
  expect(existsSync(mark)).toBe(false)
})
