/** The command line of `./padlock sandbox power-loss`. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'padlock-power-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) =>
  spawnSync(join(root, 'padlock'), ['sandbox', 'power-loss', ...args], {
    cwd: folder,
    encoding: 'utf8',
  })

test.each([
  [['--seed', 'x'], "--seed is 'x'; allowed are 0 to 2147483647"],
  [['--seed', '2147483648'], "--seed is '2147483648'"],
  [['--log', '--some'], '--log, --some and --seed go without each other'],
  [['web', 'db'], 'one droplet at a time'],
  [['--all'], "Unknown option '--all'"],
])('%j is a wrong command line', (args, words) => {
  const { status, stderr } = run(...args)
  expect(status).toBe(2)
  expect(stderr).toContain(words)
})

test('its help says what is lost', () => {
  const { status, stdout } = run('--help')
  expect(status).toBe(0)
  expect(stdout).toContain('what was written up to the last flush')
})
