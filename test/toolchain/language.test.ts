/** The language host by itself, asked as the engine asks it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as grpc from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/language_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/language_pb.js'

const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const HOST = join(ROOT, 'sandbox', 'toolchain', 'language', 'main.ts')

let folder: string
let host: ChildProcess
let client: InstanceType<typeof services.LanguageRuntimeClient>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'language-'))
  host = spawn(NODE, [HOST, '127.0.0.1:1'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await firstLine(host)
  client = new services.LanguageRuntimeClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
  )
})
afterEach(() => {
  client.close()
  host.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => createInterface({ input: child.stdout! }).once('line', resolve))
}

function program(directory: string): messages.ProgramInfo {
  const info = new messages.ProgramInfo()
  info.setRootDirectory(directory)
  info.setProgramDirectory(directory)
  info.setEntryPoint('index.ts')
  return info
}

function run(directory: string): Promise<messages.RunResponse.AsObject> {
  const request = new messages.RunRequest()
  request.setInfo(program(directory))
  request.setPwd(directory)
  request.setMonitorAddress('127.0.0.1:1')
  return new Promise((resolve, reject) =>
    client.run(request, (error, response) =>
      error ? reject(error) : resolve(response.toObject()),
    ),
  )
}

test('says what to do where the SDK is not installed', async () => {
  expect(await run(folder)).toEqual({
    error: `@pulumi/pulumi is not installed in ${folder}: run \`npm install\` there.`,
    bail: false,
  })
})

test.each([
  ['exit 3', 'process.exit(3)', 'Program exited with non-zero exit code: 3', false],
  ['has told the user already', 'process.exit(32)', '', true],
  ['is killed', "process.kill(process.pid, 'SIGKILL')", 'Program was ended by SIGKILL', false],
])('reports how a program ended: %s', async (_, code, error, bail) => {
  const runner = join(folder, 'node_modules', '@pulumi', 'pulumi', 'cmd', 'run')
  mkdirSync(runner, { recursive: true })
  writeFileSync(join(runner, 'index.js'), code)
  expect(await run(folder)).toEqual({ error, bail })
})

test('names the packages of the program with their versions', async () => {
  const request = new messages.GetProgramDependenciesRequest()
  request.setInfo(program(ROOT))
  const found = await new Promise<Record<string, string>>((resolve, reject) =>
    client.getProgramDependencies(request, (error, response) =>
      error
        ? reject(error)
        : resolve(
            Object.fromEntries(
              response.getDependenciesList().map((one) => [one.getName(), one.getVersion()]),
            ),
          ),
    ),
  )
  expect(found).toMatchObject({ '@pulumi/command': '1.2.1', '@pulumi/tls': '5.6.1' })
})

test('leaves what it does not serve to the engine', async () => {
  const error = await new Promise<grpc.ServiceError | null>((resolve) =>
    client.installDependencies(new messages.InstallDependenciesRequest()).on('error', resolve),
  )
  expect(error?.code).toBe(grpc.status.UNIMPLEMENTED)
})

test('ends with the process that started it', async () => {
  const script = `require('node:child_process').spawn(process.execPath, [${JSON.stringify(HOST)}, 'x'], {stdio: ['ignore', 'inherit', 'inherit']}).on('spawn', function () { console.error(this.pid) }); setInterval(() => {}, 1000)`
  const parent = spawn(NODE, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = Number(
    await new Promise<string>((resolve) =>
      createInterface({ input: parent.stderr! }).once('line', resolve),
    ),
  )
  await firstLine(parent)
  parent.kill('SIGKILL')
  for (let waited = 0; isAlive(pid) && waited < 60_000; waited += 50) await sleep(50)
  const alive = isAlive(pid)
  if (alive) process.kill(pid, 'SIGKILL')
  expect(alive).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
