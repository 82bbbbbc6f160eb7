/**
 * Runs a policy pack for the engine, which asks for it by RunPlugin. The pack reads its stack's
 * configuration from its environment, but the engine tells it only in the first call, ConfigureStack.
 * So this serves pulumirpc.Analyzer itself (proto/pulumi/analyzer.proto of the Pulumi SDK), starts
 * the pack at that call, and hands all calls on as they are.
 */
import grpc from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/analyzer_grpc_pb.js'
import analyzer from '@pulumi/pulumi/proto/analyzer_pb.js'
import language, { type RunPluginRequest } from '@pulumi/pulumi/proto/language_pb.js'
import { forwarding, UNLIMITED } from './forwarding.ts'
import { locateRunner, type PackOptions, PolicyPack, type Streams } from './policy-pack.ts'

type Call = grpc.ServerWritableStream<
  RunPluginRequest,
  InstanceType<typeof language.RunPluginResponse>
>

const running = new Set<PolicyPack>()

/** Serves RunPlugin for the kind `analyzer`; the call lasts as long as the engine wants the pack. */
export function runAnalyzer(call: Call): void {
  let options: PackOptions
  try {
    options = packOptions(call.request)
  } catch (error) {
    call.emit('error', error)
    return
  }
  const streams: Streams = {
    stdout: (bytes) => call.write(new language.RunPluginResponse().setStdout(bytes)),
    stderr: (bytes) => call.write(new language.RunPluginResponse().setStderr(bytes)),
  }
  let pack: PolicyPack | undefined
  let client: Promise<grpc.Client> | undefined
  const start = async (stack?: ConstructorParameters<typeof PolicyPack>[2]) => {
    pack = new PolicyPack(options, streams, stack)
    running.add(pack)
    const address = `127.0.0.1:${await pack.port}`
    return new grpc.Client(address, grpc.credentials.createInsecure(), UNLIMITED)
  }
  // The engine can do without Handshake, which comes before the stack is known.
  const { handshake: _, ...methods } = services.AnalyzerService
  const server = forwarding(methods, (method, request) => {
    client ??= start(
      method === 'configureStack'
        ? analyzer.AnalyzerStackConfigureRequest.deserializeBinary(request)
        : undefined,
    )
    return client
  })
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) call.emit('error', error)
    else streams.stdout(Buffer.from(`${port}\n`))
  })
  call.on('cancelled', async () => {
    server.forceShutdown()
    if (pack) {
      pack.kill()
      running.delete(pack)
    }
    const connected = await client?.catch(() => undefined)
    connected?.close()
  })
}

/** Ends the packs that still run. */
export function killAnalyzers(): void {
  for (const pack of running) pack.kill()
}

/** @throws a gRPC error where the request is for something else, or packages are missing */
function packOptions(request: RunPluginRequest): PackOptions {
  if (request.getKind() !== 'analyzer') {
    const message = `this language host runs programs and policy packs, no ${request.getKind()} plugins`
    throw Object.assign(new Error(message), { code: grpc.status.UNIMPLEMENTED })
  }
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd()
  return {
    directory,
    runner: locateRunner(directory),
    args: request.getArgsList(),
    environment: request.getEnvList(),
  }
}
