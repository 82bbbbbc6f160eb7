/** A real engine runs a small program with the language host and the stand-ins of this project. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureToolchain, type Toolchain } from '../../sandbox/toolchain/index.ts'
import { generateKey } from '../support/ssh-key.ts'
import { type SshServer, startSshServer } from '../support/ssh-server.ts'
import { unreachable } from './engine.vendor.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const CACHE = process.env.PADLOCK_CACHE ?? join(ROOT, '.sandbox', 'cache')
/** Time for a cold cache, in which the engine is built first. */
const BUILD = 1_200_000
const OPERATION = 240_000

let toolchain: Toolchain
let host: SshServer
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engine-test-'))
  const user = generateKey()
  host = await startSshServer({ authorizedKeys: [user.publicKey] })
  toolchain = await ensureToolchain(
    { home: join(folder, 'home'), cache: CACHE, progress: () => {} },
    unreachable,
  )
  mkdirSync(join(folder, 'state'))
  cpSync(join(ROOT, 'test', 'fixtures', 'tiny'), join(folder, 'tiny'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'tiny', 'node_modules'))
  const { port } = host
  const connection = { port, privateKey: user.privateKey, hostKey: host.hostKeys()[0] }
  await pulumi('stack', 'init', 'dev')
  const setting = start('config', 'set', '--secret', 'host')
  setting.child.stdin!.end(JSON.stringify(connection))
  expect(await setting.result).toMatchObject({ code: 0 })
}, BUILD)
afterAll(async () => {
  await host?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Result {
  code: number | null
  output: string
}

function start(...args: string[]): { child: ChildProcess; result: Promise<Result> } {
  const child = spawn('pulumi', [...args, '--non-interactive', '--color', 'never'], {
    cwd: join(folder, 'tiny'),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      HOME: process.env.HOME,
      ...toolchain.env,
      PULUMI_BACKEND_URL: `file://${join(folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'test',
    },
  })
  let output = ''
  const collect = (text: Buffer) => {
    output += text
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const result = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output }))
  })
  return { child, result }
}

/** Runs a command of the engine, which must succeed. */
async function pulumi(...args: string[]): Promise<string> {
  const { child, result } = start(...args)
  child.stdin!.end()
  const { code, output } = await result
  if (code !== 0) throw new Error(`pulumi ${args.join(' ')} left with ${code}:\n${output}`)
  return output
}

async function failing(...args: string[]): Promise<string> {
  const { child, result } = start(...args)
  child.stdin!.end()
  const { code, output } = await result
  expect(code).not.toBe(0)
  return output
}

/** `pulumi up` with configuration values, which stay. */
function up(...config: string[]): string[] {
  return ['up', '--yes', '--skip-preview', ...config.flatMap((pair) => ['--config', pair])]
}

async function outputs(): Promise<Record<string, string>> {
  return JSON.parse(await pulumi('stack', 'output', '--json', '--show-secrets'))
}

test('says in one line where all comes from', () => {
  expect(toolchain.summary).toMatch(
    /^Pulumi 3\.\d+\.\d+ \(.+\), stand-in plugins digitalocean, auth0, tls, random, command$/,
  )
})

test(
  "up creates, a preview before it shows what, and the program's words reach the user",
  async () => {
    const preview = await pulumi('preview')
    expect(preview).toContain('+ 6 to create')
    const created = await pulumi(...up())
    expect(created).toContain('said by the program')
    expect(created).toContain('+ 6 created')
    expect(created).not.toContain('warning')
    const { output, publicKey, privateKey } = await outputs()
    expect(output!.replace(/\s+/g, ' ')).toBe('copied text20')
    expect(publicKey).toMatch(/^ecdsa-sha2-nistp256 /)
    expect(readFileSync(join(host.home, 'etc', 'copied.txt'), 'utf8')).toBe('copied text')
    const state = await pulumi('stack', 'export')
    expect(state).toContain('ecdsa-sha2-nistp256')
    expect(state).not.toContain(privateKey!.split('\n')[2])
  },
  OPERATION,
)

test(
  'a second up and a refresh change nothing',
  async () => {
    await pulumi(...up(), '--expect-no-changes')
    await pulumi('refresh', '--yes', '--expect-no-changes')
  },
  OPERATION,
)

test(
  'a changed command is an update in place, and runs again',
  async () => {
    const ran = host.commands.length
    expect(await pulumi('preview', '--config', 'release=two')).toMatch(
      /~ 1 to update\n\s+5 unchanged/,
    )
    expect(host.commands).toHaveLength(ran)
    await pulumi(...up('release=two'))
    expect(host.commands.slice(ran).map(({ command }) => command)).toEqual([
      expect.stringContaining(': release two;'),
    ])
  },
  OPERATION,
)

test(
  'a failing command fails the operation with its output, and the next up mends it',
  async () => {
    const failed = await failing(...up('then=echo what went wrong >&2; exit 3'))
    expect(failed).toContain('Process exited with status 3: running')
    expect(failed).toMatch(/^\s*what went wrong$/m)
    expect(await pulumi(...up('then=true', 'release=three'))).toContain('~ 1 updated')
  },
  OPERATION,
)

test(
  'errors of the program reach the user, and what exists is left alone',
  async () => {
    const thrown = await failing(...up('fault=throw'))
    expect(thrown).toContain('Error: thrown by the program')
    expect(thrown).toMatch(/index\.ts:\d+/)
    expect(thrown).not.toContain('non-zero exit code')
    const refused = await failing(...up('fault=input'))
    expect(refused).toContain('refused by the program')
    expect(refused).not.toContain('RunError')
    await pulumi(...up('fault=none'), '--expect-no-changes')
  },
  OPERATION,
)

test.each(['SIGINT', 'SIGKILL'] as const)(
  'an engine that is ended by %s leaves no process behind, and the next up converges',
  async (signal) => {
    const ran = host.commands.length
    const { child, result } = start(...up('then=sleep 60', `release=${signal}`))
    while (host.commands.length === ran) await sleep(50)
    const family = descendants(child.pid!)
    expect(family.length).toBeGreaterThan(3)
    child.kill(signal)
    await result
    for (let waited = 0; family.some(isAlive) && waited < 60_000; waited += 100) await sleep(100)
    expect(family.filter(isAlive)).toEqual([])
    if (signal === 'SIGKILL') await pulumi('cancel', '--yes')
    await pulumi(...up('then=true'))
    await pulumi('preview', '--expect-no-changes')
  },
  OPERATION,
)

test(
  'destroy leaves nothing in the state',
  async () => {
    await pulumi('destroy', '--yes', '--skip-preview')
    const { deployment } = JSON.parse(await pulumi('stack', 'export'))
    expect(deployment.resources ?? []).toEqual([])
  },
  OPERATION,
)

/** All processes below one. */
function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = table.trim().split('\n')
  const pairs = rows.map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const below = (parent: number): number[] =>
    pairs.filter(([, of]) => of === parent).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
