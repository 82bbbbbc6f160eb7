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
import { locateRunner, type PackOptions, PolicyPack, type Streams } from './policy-pack.ts'

type Call = grpc.ServerWritableStream<
  RunPluginRequest,
  InstanceType<typeof language.RunPluginResponse>
>
type Bytes = Buffer

const UNLIMITED = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
}
const asIs = (bytes: Bytes) => bytes
const running = new Set<PolicyPack>()

/** Serves RunPlugin for the kind `analyzer`; the call lasts as long as the engine wants the pack. */
export function runAnalyzer(call: Call): void {
  const { request } = call
  if (request.getKind() !== 'analyzer') {
    const message = `this language host runs programs and policy packs, no ${request.getKind()} plugins`
    call.emit('error', { code: grpc.status.UNIMPLEMENTED, message })
    return
  }
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd()
  let runner: string
  try {
    runner = locateRunner(directory)
  } catch (error) {
    call.emit('error', { code: grpc.status.FAILED_PRECONDITION, message: (error as Error).message })
    return
  }
  const streams: Streams = {
    stdout: (bytes) => call.write(new language.RunPluginResponse().setStdout(bytes)),
    stderr: (bytes) => call.write(new language.RunPluginResponse().setStderr(bytes)),
  }
  const options: PackOptions = {
    directory,
    runner,
    args: request.getArgsList(),
    environment: request.getEnvList(),
  }
  const server = new grpc.Server(UNLIMITED)
  let pack: PolicyPack | undefined
  let client: Promise<grpc.Client> | undefined

  /** Started by the first call: ConfigureStack where a stack is at hand, any other where none is. */
  const connect = (method: string, bytes: Bytes) => {
    client ??= (async () => {
      const stack =
        method === 'configureStack'
          ? analyzer.AnalyzerStackConfigureRequest.deserializeBinary(bytes)
          : undefined
      pack = new PolicyPack(options, streams, stack)
      running.add(pack)
      const address = `127.0.0.1:${await pack.port}`
      return new grpc.Client(address, grpc.credentials.createInsecure(), UNLIMITED)
    })()
    client.catch((error: Error) => streams.stderr(Buffer.from(`${error.message}\n`)))
    return client
  }

  const { definition, handlers } = forwarding(connect)
  server.addService(definition, handlers)
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) call.emit('error', { code: grpc.status.UNKNOWN, message: error.message })
    else streams.stdout(Buffer.from(`${port}\n`))
  })
  call.on('cancelled', async () => {
    server.forceShutdown()
    if (pack) {
      pack.kill()
      running.delete(pack)
    }
    ;(await client?.catch(() => undefined))?.close()
  })
}

/** Ends the packs that still run. */
export function killAnalyzers(): void {
  for (const pack of running) pack.kill()
}

/** Every method of the analyzer but Handshake, which the engine can do without. */
function forwarding(connect: (method: string, bytes: Bytes) => Promise<grpc.Client>) {
  const definition: Record<string, grpc.MethodDefinition<Bytes, Bytes>> = {}
  const handlers: grpc.UntypedServiceImplementation = {}
  for (const [name, method] of Object.entries(services.AnalyzerService)) {
    if (name === 'handshake') continue
    const { path, requestStream, responseStream } = method
    definition[name] = {
      path,
      requestStream,
      responseStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    }
    handlers[name] = (
      call: grpc.ServerUnaryCall<Bytes, Bytes>,
      callback: grpc.sendUnaryData<Bytes>,
    ) => {
      connect(name, call.request).then(
        (client) => client.makeUnaryRequest(path, asIs, asIs, call.request, callback),
        (error: Error) => callback({ code: grpc.status.UNAVAILABLE, message: error.message }),
      )
    }
  }
  return { definition, handlers }
}
