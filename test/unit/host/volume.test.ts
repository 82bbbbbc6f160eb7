/** The host's program for the volume, with real file systems in a file; systemd is a script here. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const host = join(__dirname, '../../../host')
const [app, volume] = ['padlock-app', 'padlock-volume'].map((name) =>
  join(host, name, 'files/usr/lib/padlock'),
)
const ID = '3f2a9c01d2e4'
let dir: string
let device: string

const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$DIR/calls"
case $1 in
  start) [ -e "$DIR/let-go" ] || touch "$DIR/mounted" ;;
  stop) [ -e "$DIR/let-go" ] || echo 'not let go of' >>"$DIR/calls"
    if rm "$DIR/canceled" 2>/dev/null; then echo 'Job for srv-volume.mount canceled.' >&2; exit 1; fi
    [ ! -e "$DIR/busy" ] && rm -f "$DIR/mounted" ;;
esac
`

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-volume-'))
  mkdirSync(join(dir, 'bin'))
  writeFileSync(join(dir, 'bin/systemctl'), SYSTEMCTL, { mode: 0o755 })
  writeFileSync(join(dir, 'bin/apt-get'), '#!/bin/sh\necho "apt $*" >>"$DIR/calls"\n', {
    mode: 0o755,
  })
  mkdirSync(join(dir, 'packages'))
  writeFileSync(join(dir, 'packages/padlock-volume_1_all.deb'), '')
  device = join(dir, 'device')
  writeFileSync(join(dir, 'srv-volume.mount'), `[Mount]\nWhat=${device}\n`)
  writeFileSync(device, '')
  truncateSync(device, 16 * 1024 * 1024)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const has = (file: string) => existsSync(join(dir, file))
const calls = () =>
  has('calls') ? readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n') : []
const runs = (...names: string[]) => writeFileSync(join(dir, 'running'), names.join('\n'))

function run(...words: string[]) {
  const env = {
    ...process.env,
    DIR: dir,
    PATH: `${join(dir, 'bin')}:${process.env.PATH}:/usr/sbin:/sbin`,
  }
  const argv = [join(__dirname, 'volume.py'), dir, `${app}`, `${volume}`, ...words]
  const { status, stdout, stderr } = spawnSync('python3', argv, { env, encoding: 'utf8' })
  return { status, stdout, said: stderr.trim() }
}

const content = () =>
  existsSync(device) && createHash('sha256').update(readFileSync(device)).digest('hex')
const blkid = (what: string) =>
  execFileSync('/usr/sbin/blkid', ['-p', '-s', what, '-o', 'value', device], { encoding: 'utf8' })
const make = (...words: string[]) => execFileSync(`/usr/sbin/${words[0]}`, words.slice(1))

/** An ext4 whose bytes from 1024 to 2047 are zero. */
function damage(): void {
  make('mkfs.ext4', '-q', device)
  const file = openSync(device, 'r+')
  writeSync(file, Buffer.alloc(1024), 0, 1024, 1024)
  closeSync(file)
}

describe('mount', () => {
  test('makes a file system where there is nothing, once', () => {
    expect(run('mount')).toMatchObject({
      status: 0,
      said: expect.stringContaining('holds nothing'),
    })
    expect(blkid('TYPE')).toBe('ext4\n')
    expect(has('volume/app')).toBe(true)
    rmSync(join(dir, 'mounted'))
    const before = blkid('UUID')
    expect(run('mount')).toEqual({ status: 0, stdout: '', said: '' })
    expect(blkid('UUID')).toBe(before)
    expect(calls()).toEqual(['start srv-volume.mount', 'start srv-volume.mount'])
  })

  test.each([
    ['another file system', () => make('mkfs.ext2', '-q', device), 'holds ext2, which'],
    [
      'a partition table',
      () => execFileSync('/usr/sbin/sfdisk', ['-q', device], { input: 'label: gpt\n,,\n' }),
      'holds a partition table (gpt), which',
    ],
    ['swap space', () => make('mkswap', '-q', device), 'holds swap, which'],
    ['an ext4 without its first superblock', damage, 'holds something that blkid does not know'],
    ['less than a file system', () => truncateSync(device, 1000), 'is no volume'],
    ['nothing: it is not attached', () => rmSync(device), 'it is not attached'],
  ])('of %s touches nothing', (_, prepare, words) => {
    prepare()
    const before = content()
    const { status, said } = run('mount')
    expect([status, said]).toEqual([1, expect.stringContaining(words)])
    expect(content()).toBe(before)
    expect(has('mounted')).toBe(false)
  })

  test('lets a file system grow with its volume, and starts the app that lost it', () => {
    runs()
    run('mount')
    rmSync(join(dir, 'calls'))
    truncateSync(device, 32 * 1024 * 1024)
    expect(run('mount').status).toBe(0)
    const blocks = execFileSync('/usr/sbin/dumpe2fs', ['-h', device], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
    expect(Number(/^Block count: +(\d+)$/m.exec(blocks)?.[1])).toBe(32 * 1024)
    expect(calls()).toEqual([`start ${ID}`, `resume ${ID}`])
  })
})

describe('unmount', () => {
  const all = [`${ID}-worker`, ID, `${ID}.2`]
  beforeEach(() => {
    runs(...all)
    writeFileSync(join(dir, 'mounted'), '')
  })

  test('ends timers, processes and all replicas, and then the mount; names the way back', () => {
    const { status, said } = run('unmount')
    const words = 'or have it back here: sudo /usr/lib/padlock/volume mount'
    expect([status, said]).toEqual([0, expect.stringContaining(words)])
    expect(calls()).toEqual([
      `user stop app-${ID}-worker.timer ${all.map((name) => `app-${name}.service`).join(' ')}`,
      'stop srv-volume.mount',
    ])
    expect(has('mounted')).toBe(false)
  })

  test('where the stack has no volume any more ends no app that needs none, and the package goes', () => {
    rmSync(join(dir, 'packages/padlock-volume_1_all.deb'))
    for (const name of all) writeFileSync(join(dir, `app-${name}.container`), '[Unit]\n')
    expect(run('unmount')).toMatchObject({ status: 0, said: '' })
    const purge = 'apt --quiet --yes -o DPkg::Lock::Timeout=200 purge padlock-volume'
    expect(calls()).toEqual(['stop srv-volume.mount', purge])
    expect(has('let-go')).toBe(false)
  })

  test('ends one that has the volume still, as the release without it was refused', () => {
    rmSync(join(dir, 'packages/padlock-volume_1_all.deb'))
    const needs = `[Unit]\nAssertPathIsMountPoint=${join(dir, 'volume')}\n[Container]\n`
    for (const name of all) writeFileSync(join(dir, `app-${name}.container`), needs)
    expect(run('unmount').status).toBe(0)
    expect(calls()[0]).toMatch(new RegExp(`^user stop .* app-${ID}.service`))
    expect(has('mounted')).toBe(false)
  })

  test('is remembered, so that nothing mounts it again or starts the app until mount does', () => {
    expect(run('unmount').status).toBe(0)
    expect(has('let-go')).toBe(true)
    runs(ID)
    rmSync(join(dir, 'calls'))
    writeFileSync(join(dir, 'mounted'), '')
    expect(run('resume').status).toBe(0)
    expect(calls()).toEqual([])
    rmSync(join(dir, 'mounted'))
    expect(run('mount').status).toBe(0)
    expect([has('let-go'), has('mounted')]).toEqual([false, true])
    expect(calls().at(-2)).toBe(`start ${ID}`)
  })

  test('of what is unmounted already is no error', () => {
    rmSync(join(dir, 'mounted'))
    rmSync(device)
    expect(run('unmount').status).toBe(0)
    expect(calls()).not.toContain('stop srv-volume.mount')
  })

  test.each([
    ['it is in use', () => writeFileSync(join(dir, 'busy'), ''), 'is still in use'],
    ['another namespace has it', () => writeFileSync(join(dir, 'held'), ''), 'is still mounted'],
  ])('fails where %s, and the app goes on', (_, prepare, words) => {
    prepare()
    const { status, said } = run('unmount')
    expect([status, said]).toEqual([1, expect.stringContaining(words)])
    expect([has('mounted'), has('let-go')]).toEqual([true, false])
    expect(calls().slice(-2)).toEqual([`start ${all.join(' ')}`, `resume ${ID}`])
  })

  test('is tried again where something else took its job away, with the word for it', () => {
    writeFileSync(join(dir, 'canceled'), '')
    const { status, said } = run('unmount')
    expect([status, said]).toEqual([
      0,
      expect.stringMatching(/is in use, and is tried again for 2 s: Job for .* canceled\./),
    ])
    expect([has('mounted'), has('let-go')]).toEqual([false, true])
  })

  test('takes nothing away from a process that does not end', () => {
    runs(ID, 'stuck-worker')
    const { status, said } = run('unmount')
    expect([status, said]).toEqual([1, expect.stringContaining('stuck-worker cannot be ended')])
    expect(has('mounted')).toBe(true)
    expect(calls()).not.toContain('stop srv-volume.mount')
  })
})

describe('a last backup', () => {
  const note = 'volume/backup/handed-over.json'
  const noted = () => has(note) && JSON.parse(readFileSync(join(dir, note), 'utf8')).backups
  const backup = (body: string) =>
    writeFileSync(join(dir, 'backup'), `#!/bin/sh\necho "backup $*" >>"$DIR/calls"\n${body}\n`, {
      mode: 0o755,
    })
  beforeEach(() => {
    runs(ID)
    writeFileSync(join(dir, 'mounted'), '')
    writeFileSync(join(dir, 'order.json'), '{}')
    mkdirSync(join(dir, 'volume/backup'), { recursive: true })
    writeFileSync(join(dir, note), '{"backups": ["of another time"]}')
  })

  test('is made while the app serves, and noted on the volume', () => {
    const made = '"made": ["database volume", "files volume"]'
    backup(`echo '{"backups": ["database", "files"], ${made}, "failed": []}'`)
    expect(run('unmount')).toMatchObject({
      status: 0,
      said: expect.stringContaining(
        'last backup made: database volume, files volume\nbackup: done',
      ),
    })
    expect(calls()).toEqual([
      'backup hand-over',
      `user stop app-${ID}.service`,
      'stop srv-volume.mount',
    ])
    expect(noted()).toEqual(['database', 'files'])
  })

  test('that one place has not is told: the other may be destroyed with the stack', () => {
    const failed = 'backup of files bucket: there has been none; it failed: the bucket is away'
    backup(
      `echo '{"backups": ["files"], "made": ["files volume"], "failed": ["${failed}"]}'; echo more >&2`,
    )
    expect(run('unmount')).toMatchObject({
      status: 0,
      said: expect.stringContaining(`last backup made: files volume\n${failed}\nbackup: done`),
    })
    expect(noted()).toEqual(['files'])
  })

  const newest = /The newest ones: files volume never, files bucket 2026-11-29T03:00:00Z; where/
  test.each<[string, string, string | RegExp]>([
    ['fails', 'echo the bucket is away >&2; exit 1', 'the bucket is away'],
    ['fails with others before it', 'exit 1', newest],
    ['is nowhere', `echo '{"backups": [], "made": [], "failed": ["why"]}'`, 'why\nbackup: done'],
    ['takes too long', 'sleep 600', 'the last backup was not made within 10 s. The newest ones: '],
    [
      'has a broken note',
      'echo >"$DIR/state.json"; exit 1',
      'Of former ones nothing is noted; where',
    ],
  ])('that %s is not noted, and keeps nobody from the volume', (_, body, words) => {
    const state = { 'files volume': { last: null }, 'state bucket': { last: null } }
    const bucket = { 'files bucket': { last: '2026-11-29T03:00:00Z' } }
    writeFileSync(join(dir, 'state.json'), JSON.stringify({ ...state, ...bucket }))
    backup(`echo $$ >"$DIR/pid"; ${body}`)
    const { status, said } = run('unmount')
    expect([status, said]).toEqual([0, expect.stringMatching(words)])
    expect([has(note), has('mounted')]).toEqual([false, false])
    const group = readFileSync(join(dir, 'pid'), 'utf8').trim()
    const alive = spawnSync('pgrep', ['--runstates', 'D,R,S,T', '--pgroup', group])
    expect(alive.stdout.toString()).toBe('')
  })

  test('of a host that keeps the volume counts no more', () => {
    backup(`echo '{"backups": ["database"], "made": ["database bucket"], "failed": []}'`)
    writeFileSync(join(dir, 'busy'), '')
    expect(run('unmount').status).toBe(1)
    expect(has(note)).toBe(false)
    rmSync(join(dir, 'busy'))
    runs(ID)
    expect(run('unmount').status).toBe(0)
    expect(noted()).toEqual(['database'])
    expect(run('mount').status).toBe(0)
    expect(has(note)).toBe(false)
  })

  test('of the former host stays where nothing serves yet', () => {
    for (const file of ['running', 'mounted']) rmSync(join(dir, file))
    expect(run('mount').status).toBe(0)
    expect(noted()).toEqual(['of another time'])
  })

  test('is none where none are ordered', () => {
    backup('exit 1')
    rmSync(join(dir, 'order.json'))
    expect(run('unmount').status).toBe(0)
    expect(calls()[0]).toBe(`user stop app-${ID}.service`)
    expect(has(note)).toBe(false)
  })
})

test('resume starts nothing without the volume', () => {
  runs()
  expect(run('resume').status).toBe(0)
  expect(calls()).toEqual([])
  writeFileSync(join(dir, 'mounted'), '')
  run('resume')
  expect(calls()).toEqual([`start ${ID}`, `resume ${ID}`])
})

test.each([
  ['swap', true, false],
  ['prepare', true, true],
  ['after', true, true],
  ['swap', false, true],
])('a restore cut off at %s, padlock-backup: %s: the app starts: %s', (step, installed, starts) => {
  runs()
  mkdirSync(join(dir, 'volume/backup'), { recursive: true })
  writeFileSync(join(dir, 'volume/backup/restore.json'), JSON.stringify({ step }))
  if (installed) writeFileSync(join(dir, 'backup'), '')
  const started = [`start ${ID}`, `resume ${ID}`]
  expect(run('mount').status).toBe(0)
  expect(calls().slice(1)).toEqual(starts ? started : [])
  expect(run('resume').status).toBe(0)
  expect(calls().slice(1)).toEqual(starts ? [...started, ...started] : [])
})

test('state tells what there is', () => {
  expect(JSON.parse(run('state').stdout)).toEqual({ device, attached: true, mounted: false })
  writeFileSync(join(dir, 'mounted'), '')
  rmSync(device)
  expect(JSON.parse(run('state').stdout)).toEqual({
    ...{ device, attached: false, mounted: true },
    size: expect.any(Number),
    used: expect.any(Number),
  })
})

test('another word is no verb', () => {
  expect(run('format')).toMatchObject({ status: 1, said: expect.stringContaining('usage: volume') })
})
