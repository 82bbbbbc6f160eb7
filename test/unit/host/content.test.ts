/** What the host says of the app's files. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const host = join(__dirname, '../../../host')
const folders = ['padlock-app', 'padlock-volume'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-content-'))
  mkdirSync(join(dir, 'app/data'), { recursive: true })
  writeFileSync(join(dir, 'app/data/b'), 'two')
  writeFileSync(join(dir, 'app/data/a'), 'one and more')
  writeFileSync(join(dir, 'beside'), 'not of the app')
  symlinkSync('/nowhere', join(dir, 'app/data/link'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function run(mounted = true) {
  const program = `
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ${JSON.stringify(folders)}
import padlock_content
from padlock_release import log, volumes
log.PATH = '${dir}/log'
volumes.ROOT = '${dir}/app'
volumes.mounted = lambda: ${mounted ? 'True' : 'False'}
sys.exit(padlock_content.main())`
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { encoding: 'utf8' })
  return { status, stdout, stderr }
}
const content = () => JSON.parse(run().stdout)

test('the app’s files are counted, and their hash is that of a copy', () => {
  const found = content()
  expect(found).toEqual({ files: 2, bytes: 15, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  renameSync(join(dir, 'app'), join(dir, 'former'))
  mkdirSync(join(dir, 'app/data'), { recursive: true })
  writeFileSync(join(dir, 'app/data/a'), 'one and more')
  symlinkSync('/nowhere', join(dir, 'app/data/link'))
  writeFileSync(join(dir, 'app/data/b'), 'two')
  utimesSync(join(dir, 'app/data/b'), 1, 1)
  expect(content()).toEqual(found)
})

const at = (name: string) => join(dir, 'app/data', name)
test.each<[string, () => unknown]>([
  ['another byte', () => writeFileSync(at('b'), 'twa')],
  ['another name', () => renameSync(at('b'), at('c'))],
  ['another mode', () => chmodSync(at('b'), 0o600)],
  ['an empty folder', () => mkdirSync(at('empty'))],
  ['a file in the place of a link', () => [rmSync(at('link')), writeFileSync(at('link'), '')]],
])('%s is another hash', (_, change) => {
  const { hash } = content()
  change()
  expect(content().hash).not.toBe(hash)
})

test('without the volume there is nothing to say', () => {
  expect(run(false)).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('the volume is not mounted'),
  })
})

test('what cannot be read is told', () => {
  rmSync(join(dir, 'app'), { recursive: true })
  expect(run()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the files cannot be read'),
  })
})
