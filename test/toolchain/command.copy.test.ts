/**
 * The stand-in's `remote.CopyToRemote` answers the official plugin's recordings, and leaves the same
 * files on the host, with the same modes and sizes.
 *
 * Left out on purpose: refused permissions (the tests' SSH server has one user only), and
 * what becomes of a refused connection in the answer.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { replay, startWorld, stepsOf, type World } from './command.replay.ts'
import { type StandIn, startStandIn } from './replay.ts'

let world: World
let plugin: StandIn
let source: string
let remote: string
beforeAll(async () => {
  // Recorded sizes and modes are those of a host with Debian's umask.
  process.umask(0o022)
  world = await startWorld()
  plugin = await startStandIn('command')
  source = mkdtempSync(join(tmpdir(), 'copy-source-'))
  remote = join(world.servers[0]!.home, 'remote')
  world.texts.push(['<SRC>', source])
})
afterAll(async () => {
  await plugin.stop()
  await world.close()
  rmSync(source, { recursive: true })
})

const steps = stepsOf('remote.CopyToRemote')
let scenario = ''

test.each(steps.map((step) => [step.step, step] as const))('%s', async (_, step) => {
  const [name] = step.step.split('/')
  if (name !== scenario) layOut(name!)
  scenario = name!
  CHANGES[step.step]?.()
  const { got, wanted } = await replay(world, plugin, step)
  expect(got).toEqual(wanted)
  if (step.files) expect(remoteFiles()).toEqual(withoutHome(step.files))
})

test('relative paths start at the home, and a tilde is a name like any other', () => {
  const home = world.servers[0]!.home
  expect(statSync(join(home, 'rel', 'inhome.txt')).size).toBe(3)
  expect(statSync(join(home, '~', 'tilde.txt')).size).toBe(1)
})

/** What happened on either side before a step. */
const CHANGES: Record<string, () => void> = {
  'lifecycle/08-preview-content-changed': () => write('plain.txt', 'plain v2\n'),
  'lifecycle/23-refresh-after-remote-file-removed': () => rmSync(join(remote, 'p', 'moved.txt')),
  'dirchange/02-preview-file-added-and-removed': () => {
    write('tree2/new.txt', 'n')
    rmSync(join(source, 'tree2', 'a.txt'))
  },
  'triggers/02-up-only-element-changed-after-remote-file-removed': () =>
    rmSync(join(remote, 'copied')),
}

/** The source as recorded, and for some scenarios a host that is not empty. */
function layOut(name: string): void {
  for (const folder of [source, remote]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  }
  write('plain.txt', 'plain v1\n')
  write('run.sh', '#!/bin/sh\necho run\n'.slice(0, 18), 0o755)
  write('secret.key', 'k\n', 0o600)
  write('t.tgz', 't'.repeat(212))
  write('z.zip', 'z'.repeat(395))
  write('tree/.hidden', 'h\n')
  write('tree/a.txt', 'a\n')
  write('tree/sub/b.sh', '#!/bin/sh\n', 0o755)
  write('tree/sub/deep/c.bin', 'c'.repeat(256))
  mkdirSync(join(source, 'tree', 'emptydir'))
  symlinkSync('a.txt', join(source, 'tree', 'link'))
  write('tree2/a.txt', 'a2\n')
  write('tree2/sub/b.sh', '#!/bin/sh\n', 0o755)
  mkdirSync(join(source, 'tree2', 'emptydir'))
  mkdirSync(join(source, 'tree3'))
  symlinkSync('../tree', join(source, 'tree3', 'linkdir'))
  if (name === 'kinds' || name === 'sources') writeFileSync(join(remote, 'afile'), 'x')
  if (name !== 'kinds') return
  for (const file of ['bfile', 'cfile']) writeFileSync(join(remote, file), 'x')
  for (const folder of ['existdir', 'existdir2', 'existdir3']) mkdirSync(join(remote, folder))
  writeFileSync(join(remote, 'existexec'), 'a longer content than the new one', { mode: 0o755 })
  writeFileSync(join(remote, 'existfile'), 'a longer content than the new one', { mode: 0o640 })
}

function write(path: string, content: string, mode = 0o644): void {
  const file = join(source, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
}

/** Mode, size (0 for directories) and path of each, the home's files left out. */
function remoteFiles(): string[] {
  return readdirSync(remote, { recursive: true })
    .map((path) => {
      const stats = statSync(join(remote, String(path)))
      const size = stats.isDirectory() ? 0 : stats.size
      return `${(stats.mode & 0o7777).toString(8)} ${size} ./${path}`
    })
    .sort()
}

function withoutHome(recorded: string[]): string[] {
  return recorded
    .map((line) => line.trim().split(' '))
    .filter(([, , , path]) => !path!.startsWith('./_home'))
    .map(([mode, , size, path]) => `${octal(mode!)} ${mode!.startsWith('d') ? 0 : size} ${path}`)
    .sort()
}

function octal(text: string): string {
  const bits = [...text.slice(1)].map((letter) => (letter === '-' ? 0 : 1))
  return Number.parseInt(bits.join(''), 2).toString(8)
}
