/** The language host runs a policy pack, asked as the engine asks it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as grpc from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/analyzer_grpc_pb.js'
import analyzer from '@pulumi/pulumi/proto/analyzer_pb.js'
import languageServices from '@pulumi/pulumi/proto/language_grpc_pb.js'
import language from '@pulumi/pulumi/proto/language_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'

const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const HOST = join(ROOT, 'sandbox', 'toolchain', 'language', 'main.ts')
/** Says in its messages what it was told of the stack, and its process's id. */
const PACK = `
import { PolicyPack } from '@pulumi/policy'
import * as pulumi from '@pulumi/pulumi'
console.error('started in ' + process.cwd())
new PolicyPack('test', { policies: [{
  name: 'tell',
  description: 'Tells.',
  enforcementLevel: 'mandatory',
  validateResource: (args: { type: string }, report: (message: string) => void) =>
    report([args.type, pulumi.getStack(), new pulumi.Config('test').get('key'), process.env.MARK, process.pid].join(' ')),
}] })
`

// The SDK's runner loads a compiler that it has no use for here; on a busy computer it takes long.
jest.setTimeout(120_000)
let folder: string
let host: ChildProcess
let client: InstanceType<typeof languageServices.LanguageRuntimeClient>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'policy-pack-'))
  writeFileSync(
    join(folder, 'package.json'),
    '{"version": "1.2.3", "type": "module", "main": "index.js"}',
  )
  writeFileSync(join(folder, 'index.js'), "import './pack.ts'")
  writeFileSync(join(folder, 'pack.ts'), PACK)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  host = spawn(NODE, [HOST, '127.0.0.1:1'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise((resolve) =>
    createInterface({ input: host.stdout! }).once('line', resolve),
  )
  client = new languageServices.LanguageRuntimeClient(
    `127.0.0.1:${line}`,
    grpc.credentials.createInsecure(),
  )
})
afterEach(() => {
  client.close()
  host.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** RunPlugin as the engine calls it: the pack's output as it comes, and how the call ended. */
function run(kind = 'analyzer') {
  const info = new language.ProgramInfo()
  info.setProgramDirectory(folder)
  info.setRootDirectory(folder)
  const request = new language.RunPluginRequest()
  request.setInfo(info)
  request.setKind(kind)
  request.setArgsList(['127.0.0.1:1'])
  request.setEnvList([`PATH=${process.env.PATH}`, 'MARK=a=b'])
  const stream = client.runPlugin(request)
  const said = { stdout: '', stderr: '' }
  const ended = new Promise<grpc.ServiceError>((resolve) => stream.on('error', resolve))
  stream.on('data', (response: InstanceType<typeof language.RunPluginResponse>) => {
    said.stdout += Buffer.from(response.getStdout_asU8()).toString()
    said.stderr += Buffer.from(response.getStderr_asU8()).toString()
  })
  return { stream, said, ended }
}

async function connect({ said }: ReturnType<typeof run>) {
  while (!said.stdout.includes('\n')) await sleep(10)
  const address = `127.0.0.1:${said.stdout.trim()}`
  return new services.AnalyzerClient(address, grpc.credentials.createInsecure())
}

type Answer<T> = (error: grpc.ServiceError | null, response: T) => void
function call<T>(ask: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    ask((error, response) => (error ? reject(error) : resolve(response))),
  )
}

function configure(pack: InstanceType<typeof services.AnalyzerClient>) {
  const request = new analyzer.AnalyzerStackConfigureRequest()
  request.setProject('test')
  request.setStack('dev')
  request.getConfigMap().set('test:key', 'value')
  return call((answer) => pack.configureStack(request, answer))
}

async function analyze(pack: InstanceType<typeof services.AnalyzerClient>) {
  const request = new analyzer.AnalyzeRequest()
  request.setType('a:b:C')
  request.setProperties(struct.Struct.fromJavaScript({}))
  request.setOptions(new analyzer.AnalyzerResourceOptions())
  const response = await call<InstanceType<typeof analyzer.AnalyzeResponse>>((answer) =>
    pack.analyze(request, answer),
  )
  return response.getDiagnosticsList()[0]?.getMessage() ?? ''
}

test('a pack in TypeScript knows its stack, and its own words reach the user', async () => {
  const running = run()
  const pack = await connect(running)
  await configure(pack)
  expect(await analyze(pack)).toMatch(/^Tells\.\na:b:C dev value a=b \d+$/)
  expect(running.said.stderr).toBe(`started in ${folder}\n`)
  pack.close()
})

test('a pack without a stack is served too', async () => {
  const pack = await connect(run())
  const info = await call<InstanceType<typeof analyzer.AnalyzerInfo>>((answer) =>
    pack.getAnalyzerInfo(new empty.Empty(), answer),
  )
  expect([info.getName(), info.getVersion()]).toEqual(['test', '1.2.3'])
  pack.close()
})

test('Handshake is left to the engine, which can do without', async () => {
  const pack = await connect(run())
  const request = new analyzer.AnalyzerHandshakeRequest()
  await expect(call((answer) => pack.handshake(request, answer))).rejects.toMatchObject({
    code: grpc.status.UNIMPLEMENTED,
  })
  pack.close()
})

test.each([
  ['the engine wants it no longer', (running: ReturnType<typeof run>) => running.stream.cancel()],
  ['the language host ends', () => host.kill('SIGTERM')],
  ['the language host is killed', () => host.kill('SIGKILL')],
])('a pack ends when %s', async (_name, end) => {
  const running = run()
  const pack = await connect(running)
  await configure(pack)
  const pid = Number((await analyze(pack)).split(' ').at(-1))
  expect(isAlive(pid)).toBe(true)
  end(running)
  for (let waited = 0; isAlive(pid) && waited < 60_000; waited += 50) await sleep(50)
  expect(isAlive(pid)).toBe(false)
  pack.close()
})

test('a pack that fails at its start says why', async () => {
  writeFileSync(join(folder, 'pack.ts'), "throw new Error('no such rule')")
  const running = run()
  const pack = await connect(running)
  await expect(configure(pack)).rejects.toThrow(
    'the policy pack ended before it served anything: exit',
  )
  expect(running.said.stderr).toContain('no such rule')
  pack.close()
})

test('says what to do where the SDK is not installed', async () => {
  rmSync(join(folder, 'node_modules'))
  expect((await run().ended).details).toBe(
    `Cannot find module '@pulumi/pulumi/cmd/run-policy-pack' in ${folder}: run \`npm install\` there.`,
  )
})

test('runs no other kind of plugin', async () => {
  expect(await run('resource').ended).toMatchObject({
    code: grpc.status.UNIMPLEMENTED,
    details: 'this language host runs programs and policy packs, no resource plugins',
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
