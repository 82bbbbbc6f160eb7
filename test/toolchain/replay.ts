/** Starts a stand-in plugin as the engine does, sends it recorded requests, and brings answers into a comparable form. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as grpc from '@grpc/grpc-js'
import engineGrpc from '@pulumi/pulumi/proto/engine_grpc_pb.js'
import type engineProto from '@pulumi/pulumi/proto/engine_pb.js'
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { fromDetails, fromResponse, type Json, toRequest } from './messages.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** One line of a recording. Exactly one of `response`, `error` and `errors` is set. */
export interface Recorded {
  stack?: string
  step: string
  method: string
  request: Json
  response?: Json | null
  /** A failed call, seen by a client of the plugin. */
  error?: Failure & { codeName?: string }
  /** A failed call, as the engine logs it. */
  errors?: string[] | null
}

/** A failed call. `details` holds decoded ErrorResourceInitFailed messages. */
export interface Failure {
  code: number
  message: string
  details?: Json[]
}

export interface Answer {
  response?: Json
  error?: Failure
}

/** A message that the plugin sent to the engine. */
export interface Message {
  severity: 'debug' | 'info' | 'warning' | 'error'
  urn: string
  message: string
  ephemeral: boolean
}

export interface StandIn {
  /** Calls a method of the provider protocol by its recorded name. Never rejects for a failed call. */
  call(method: string, request: Json): Promise<Answer>
  /** What the plugin told the engine so far; the caller may empty it. */
  messages: Message[]
  /** What the plugin wrote to stderr. */
  stderr(): string
  /** Ends the plugin. */
  stop(): Promise<void>
}

/**
 * Starts `sandbox/toolchain/standins/NAME/main.ts` under the project's own Node, or the program at the path `name`.
 * @param options.env added to (undefined: taken from) the environment of the tests
 */
export async function startStandIn(
  name: string,
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<StandIn> {
  const messages: Message[] = []
  const engine = await startEngine(messages)
  const child = spawn(
    join(ROOT, 'node_modules', '.bin', 'node'),
    [
      name.endsWith('.ts') ? name : join(ROOT, 'sandbox', 'toolchain', 'standins', name, 'main.ts'),
      engine.address,
    ],
    {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const port = await firstLine(child, () => stderr)
  const client = new providerGrpc.ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
    { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 },
  ) as unknown as grpc.Client & Record<string, (request: object, done: Done) => void>
  return {
    messages,
    stderr: () => stderr,
    call: (method, request) =>
      new Promise((resolve) => {
        const rpc = `${method[0]!.toLowerCase()}${method.slice(1)}`
        client[rpc]!(toRequest(method, request), (error, response) =>
          resolve(error ? { error: toFailure(error) } : { response: fromResponse(response!) }),
        )
      }),
    async stop() {
      client.close()
      const ended = new Promise((resolve) => child.once('close', resolve))
      if (child.exitCode === null) child.kill('SIGTERM')
      await ended
      engine.stop()
    },
  }
}

type Done = (error: grpc.ServiceError | null, response?: object) => void

function firstLine(child: ChildProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`the stand-in ended at its start with code ${code}: ${stderr()}`)),
    )
  })
}

function toFailure(error: grpc.ServiceError): Failure {
  const details = fromDetails(error.metadata?.get('grpc-status-details-bin')[0])
  return { code: error.code, message: error.details, ...(details && { details }) }
}

/** The engine's side, as far as a plugin calls it: it collects messages. */
async function startEngine(messages: Message[]): Promise<{ address: string; stop(): void }> {
  const severities = ['debug', 'info', 'warning', 'error'] as const
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 })
  server.addService(engineGrpc.EngineService as unknown as grpc.ServiceDefinition, {
    log(call: grpc.ServerUnaryCall<engineProto.LogRequest, object>, done: Done) {
      messages.push({
        severity: severities[call.request.getSeverity()]!,
        urn: call.request.getUrn(),
        message: call.request.getMessage(),
        ephemeral: call.request.getEphemeral(),
      })
      done(null, toRequest('Cancel', {}))
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() }
}

/** Reads a recording from `test/fixtures/recordings/`. */
export function readRecording<Line = Recorded>(...path: string[]): Line[] {
  return readFileSync(join(ROOT, 'test', 'fixtures', 'recordings', ...path), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** What the recording says the answer is, in the form of {@link StandIn.call}. */
export function recordedAnswer(line: Recorded): Answer {
  if (line.error) {
    const { code, message, details } = line.error
    return { error: { code, message, ...(details && { details }) } }
  }
  if (line.errors?.length) {
    const text = line.errors[0]!
    const [, code = 'Unknown', message = text] =
      /^rpc error: code = (\w+) desc = ([\s\S]*)$/.exec(text) ?? []
    return { error: { code: statusCode(code), message } }
  }
  return { response: line.response ?? {} }
}

/** The number of a gRPC status code that Go writes as `DeadlineExceeded`. */
function statusCode(name: string): number {
  const constant = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
  return grpc.status[constant as keyof typeof grpc.status]
}

/**
 * Walks through a JSON value and lets `change` replace each object member and text; what `change` maps to
 * undefined is dropped.
 * @param change gets the value and its key ("" for list elements and the top)
 */
export function normalise(
  value: unknown,
  change: (value: unknown, key: string) => unknown,
  key = '',
): unknown {
  const changed = change(value, key)
  if (Array.isArray(changed)) return changed.map((element) => normalise(element, change))
  if (typeof changed !== 'object' || changed === null) return changed
  return Object.fromEntries(
    Object.entries(changed)
      .map(([name, member]) => [name, normalise(member, change, name)] as const)
      .filter(([, member]) => member !== undefined),
  )
}
