/** What restic reads while the app puts links in the place of folders. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { python, small } from './python.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-mount-'))
  for (const name of ['volume', 'bin', 'secret']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'secret/order.json'), 'a secret of the host')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** @param restic does this for `backup`, with the folder that is backed up in `$app` */
function told(restic: string, code: string): unknown {
  const script = `#!/bin/sh\nfor app; do [ -d "$app" ] && break; done\ncase "$1" in\nbackup) ${restic};;\nesac\necho '[]'\n`
  writeFileSync(join(folder, 'bin/restic'), script, { mode: 0o755 })
  const setup = `
import time
from padlock_backup import private_mount, files, order
root = '${folder}'
os.environ['PATH'] = f'{root}/bin:' + os.environ['PATH']
host.VOLUME = f'{root}/volume'
os.makedirs(f'{host.VOLUME}/app/uploads')
one = order.Order(True, True, 's3.example', 'r', 'b', 'p', 'k', 's', 'x', 7, 4)
def read(name):
    with open(f'{root}/{name}') as file:
        return file.read()
def back_up():
    try:
        files.back_up(one, 'bucket', False)
        return 'made'
    except Failure as failure:
        return str(failure)
`
  return python(setup + code, small(join(folder, 'volume')))
}

test('a folder that has become a link by then leads nowhere, and the link is read as one', () => {
  const reads =
    `mv "$app/uploads" "$app/former"; ln -s ${folder}/secret "$app/uploads"; ` +
    `readlink "$app/uploads" >${folder}/link; cat "$app/uploads/order.json" >${folder}/read 2>${folder}/said; ` +
    `echo "$app" >${folder}/at`
  const code = `say([back_up(), read('link').strip() == f'{root}/secret', read('read'), read('said'),
    read('at').strip() == files.source(), os.path.exists(f'{files.source()}/uploads/order.json')])`
  expect(told(reads, code)).toEqual([
    'made',
    true,
    '',
    expect.stringContaining('Too many levels of symbolic links'),
    true,
    // Nobody else sees that mount.
    true,
  ])
})

test.each([
  ['the mount', 'mount', 'exit 32'],
  ['the option', 'findmnt', 'echo rw,relatime'],
  ['a place of its own', 'unshare', 'echo "unshare failed: Operation not permitted" >&2; exit 1'],
])('nothing is read where %s cannot be had, and the backup says so', (_, program, does) => {
  const code = `
with open(f'{root}/bin/${program}', 'w') as file:
    file.write('#!/bin/sh\\n${does}\\n')
os.chmod(f'{root}/bin/${program}', 0o755)
say([back_up(), os.path.exists(f'{root}/begun')])`
  expect(told(`touch ${folder}/begun`, code)).toEqual([
    expect.stringMatching(
      /^restic backup --host p failed with exit (96:\n.*app cannot be mounted such that no link in it is followed|1:\nunshare failed)/s,
    ),
    false,
  ])
})

test('while it reads nobody takes the volume from under it, though who began it was killed', () => {
  const waits = `touch ${folder}/begun; for _ in $(seq 600); do [ -e ${folder}/go ] && break; sleep 0.1; done`
  const code = `
def is_taken():
    return subprocess.run(['umount', host.VOLUME], stderr=subprocess.DEVNULL).returncode == 0
child = os.fork()
if child == 0:
    back_up()
    os._exit(0)
while not os.path.exists(f'{root}/begun'):
    time.sleep(0.05)
found = [is_taken()]
os.kill(child, 9)
os.waitpid(child, 0)
found.append(is_taken())
open(f'{root}/go', 'w').close()
deadline = time.monotonic() + 60
while not is_taken() and time.monotonic() < deadline:
    time.sleep(0.1)
say([*found, os.path.ismount(host.VOLUME)])`
  expect(told(waits, code)).toEqual([false, false, false])
})
