import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FILES } from '../../../cloud-init/files.ts'

const root = join(__dirname, '../../../cloud-init/files')
const first = (path: string) => readFileSync(join(root, path), 'utf8').split('\n')[0]!
const shell = FILES.filter((path) => /^#!\/bin\/(ba)?sh$|shell=bash/.test(first(path)))
const python = FILES.filter((path) => path.endsWith('.py') || /python3/.test(first(path)))

test('every file with a shebang is one of the two languages that are checked', () => {
  const scripts = FILES.filter((path) => first(path).startsWith('#!') && !/nft/.test(first(path)))
  expect(scripts.filter((path) => !shell.includes(path) && !python.includes(path))).toEqual([])
})

test.each(shell)('%s: shellcheck has nothing to say', (path) => {
  const found = spawnSync('shellcheck', ['-S', 'style', '-x', join(root, path)], {
    encoding: 'utf8',
  })
  expect(found.stdout).toBe('')
  expect(found.status).toBe(0)
})

test.each(shell.filter((path) => path.includes('provision.d/')))(
  '%s: stops at the first error',
  (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toContain(
      '\n. /usr/local/lib/padlock/strict.sh\n',
    )
  },
)

test('the Python files compile', () => {
  const compile = 'import sys\nfor path in sys.argv[1:]: compile(open(path).read(), path, "exec")'
  execFileSync('python3', ['-c', compile, ...python.map((path) => join(root, path))])
})

test('the first firewall opens ssh and what DHCP needs, nothing else', () => {
  const text = readFileSync(join(root, 'etc/padlock/first.nft'), 'utf8')
  expect(text).toContain('tcp dport $ssh_port accept')
  expect(text.match(/dport/g)).toHaveLength(3)
})
