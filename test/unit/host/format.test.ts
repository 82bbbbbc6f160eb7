/** The installer on a host that another version of the project has set up, up to what needs dpkg. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const installer = readFileSync(join(__dirname, '../../../host/install'), 'utf8')
const FORMAT = Number(/^readonly format=(\d+)$/m.exec(installer)?.[1])

let root: string
let format: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'padlock-host-'))
  for (const folder of ['bundle/repository', 'lib']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  // The repository's key is left out: a run that goes on stops there.
  writeFileSync(join(root, 'bundle/repository/fingerprint'), `${'A'.repeat(40)}\n`)
  format = join(root, 'lib/format')
})
afterEach(() => rmSync(root, { recursive: true }))

/** Runs it with its two folders in `root`. */
function install() {
  const moved = installer
    .replace('readonly state=/var/lib/padlock\n', `readonly state=${root}/lib\n`)
    .replaceAll('/var/log/padlock', `${root}/log`)
  expect(moved).not.toMatch(/\/var\/(lib|log)\/padlock/)
  const script = join(root, 'bundle/install')
  writeFileSync(script, moved)
  return spawnSync('bash', [script], { encoding: 'utf8' })
}

test('a host of a newer format is refused by name and stays as it is', () => {
  writeFileSync(format, `${FORMAT + 1}\n`)
  const { status, stdout, stderr } = install()
  expect(stderr).toBe(
    `this host was set up by a newer padlock (format ${FORMAT + 1}, this is ${FORMAT}): update the program\n`,
  )
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(readFileSync(format, 'utf8')).toBe(`${FORMAT + 1}\n`)
})

test.each([
  ['no format', undefined],
  ['the same format', FORMAT],
  ['an older format', FORMAT - 1],
])('a host of %s is taken on, and gets this one', (_, found) => {
  if (found !== undefined) writeFileSync(format, `${found}\n`)
  expect(install().stderr).toContain('could not be installed: step repository;')
  expect(readFileSync(format, 'utf8')).toBe(`${FORMAT}\n`)
})
