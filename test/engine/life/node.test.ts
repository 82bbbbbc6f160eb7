/** An old `node` first on PATH, as Debian 13 has it (Node 20): ours is found, or the message is clear. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { start } from '../support/processes.ts'
import { environmentOf, root, type Sandbox, startSandbox } from '../support/sandbox.ts'
import { openStack, type Stack } from '../support/stack.ts'

jest.setTimeout(300_000)
let sandbox: Sandbox
let stack: Stack
let old: string
beforeAll(async () => {
  sandbox = await startSandbox()
  stack = await openStack(sandbox, 'dev')
  old = join(sandbox.dir, 'old')
  mkdirSync(old)
  // Without type stripping a Node is to a program what Node 20 is.
  const script = `#!/bin/sh\n[ "$1" = --version ] && { echo v20.19.2; exit; }\nexec '${nodeExecutable()}' --no-experimental-strip-types "$@"\n`
  writeFileSync(join(old, 'node'), script, { mode: 0o755 })
})
afterAll(() => sandbox.stop())

const oldFirst = () => ({ PATH: `${old}:${process.env.PATH}` })

test('that node cannot run the program by itself', async () => {
  const env = { ...process.env, ...oldFirst() }
  const ran = await start('node', ['index.ts'], { cwd: root, env }).done
  expect(ran.output).toContain('ERR_UNKNOWN_FILE_EXTENSION')
})

test('./padlock takes the Node of the packages', async () => {
  const env = { ...process.env, ...oldFirst() }
  const ran = await start('./padlock', ['--help'], { cwd: root, env }).done
  expect(ran).toMatchObject({ code: 0, output: expect.stringContaining('./padlock VERB') })
})

test('. .sandbox/env puts the right Node before it', async () => {
  await environmentOf(sandbox)
  const script = `. '${sandbox.dir}/env' && node -p process.features.typescript`
  const env = { ...process.env, ...oldFirst() }
  const ran = await start('sh', ['-c', script], { cwd: root, env }).done
  expect(ran.output).toBe('strip\n')
})

test('a verb of ours starts the engine with the right Node before it', async () => {
  const engine = join(sandbox.dir, 'engine')
  mkdirSync(engine)
  const says = '#!/bin/sh\nnode -p process.features.typescript >&2\nexit 1\n'
  writeFileSync(join(engine, 'pulumi'), says, { mode: 0o755 })
  const env = { ...process.env, PATH: `${engine}:${old}:${process.env.PATH}` }
  const ran = await start('./padlock', ['status', '--stack', 'dev'], { cwd: root, env }).done
  expect(ran.output).toBe('padlock: the outputs of dev cannot be read:\nstrip\n')
})

test('a program that an old node is started with stops with one message', async () => {
  const host = join(sandbox.dir, 'pulumi', 'bin', 'pulumi-language-nodejs')
  const before = readFileSync(host, 'utf8')
  // As the vendor's host does it: the program, not the host, meets the old Node.
  const withOld = before.replace(
    /^exec '([^']+)'/m,
    "NODE_OPTIONS=--no-experimental-strip-types exec '$1' --experimental-strip-types",
  )
  expect(withOld).not.toBe(before)
  writeFileSync(host, withOld)
  try {
    const ran = await stack.run('preview')
    expect(ran.code).not.toBe(0)
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const message = `the program needs Node.js ${engines.node}; found: ${process.versions.node} (${nodeExecutable()}). Fix: put that of the packages first on PATH: export PATH="$PWD/node_modules/.bin:$PATH", or install a newer one (https://nodejs.org/).`
    expect(ran.output).toContain(message)
    expect(ran.output).not.toMatch(/ERR_| {4}at |\.ts:\d|Unhandled/)
  } finally {
    writeFileSync(host, before)
  }
})

test('the minimum is the same everywhere', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const minimum = engines.node.replace('>=', '')
  for (const file of ['README.md', 'Makefile', 'padlock']) {
    expect(readFileSync(join(root, file), 'utf8')).toContain(`Node.js ${minimum} or later`)
  }
  const launcher = readFileSync(join(root, 'sandbox/toolchain/launcher.ts'), 'utf8')
  expect(launcher).toContain(`'${minimum}.0'`)
  expect(dirname(nodeExecutable())).toContain(root)
})
