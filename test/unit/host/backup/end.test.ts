/** The package of the backups takes itself away where the last update has none. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRoot, stub } from '../scratch.ts'

const PROGRAM = join(
  import.meta.dirname,
  '../../../../host/padlock-backup/files/usr/lib/padlock/backup-end',
)
let root: string
beforeEach(() => {
  root = makeRoot()
  for (const name of ['backup', 'systemctl', 'apt-get'])
    stub(root, name, `echo ${name} "$*" >>${root}/calls; [ ! -e ${root}/fails ] || exit 1`)
  mkdirSync(join(root, 'lib/bundles/good/packages'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))

function ran() {
  const script = readFileSync(PROGRAM, 'utf8')
    .replaceAll('/usr/lib/padlock/backup', 'backup')
    .replaceAll('/run/systemd/system', root)
    .replaceAll('/var/lib/padlock', join(root, 'lib'))
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  const { status } = spawnSync('sh', ['-c', script], { env })
  const calls = join(root, 'calls')
  return [status, existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []]
}
const QUIET = [
  'backup remove',
  'systemctl --quiet disable --now padlock-backup.timer padlock-backup-check.timer',
]

test('none are made any more, and then it goes', () => {
  const purge = 'apt-get --quiet --yes -o DPkg::Lock::Timeout=200 purge padlock-backup'
  expect(ran()).toEqual([0, [...QUIET, purge]])
})

test('it stays where the last update has it, for another stack’s backups', () => {
  writeFileSync(join(root, 'lib/bundles/good/packages/padlock-backup_1_all.deb'), '')
  expect(ran()).toEqual([0, QUIET])
})

test('backups that cannot be ended keep it, and the engine is told', () => {
  writeFileSync(join(root, 'fails'), '')
  expect(ran()).toEqual([1, ['backup remove']])
})
