/**
 * A language host for Node programs: the gRPC server that the engine starts as
 * `pulumi-language-nodejs` and asks to run the program. It stands in where the official one cannot
 * be had, and serves only what `pulumi up`, `preview`, `refresh`, `destroy` and `about` ask for, and
 * the running of policy packs;
 * the protocol is pulumirpc.LanguageRuntime (proto/pulumi/language.proto of the Pulumi SDK).
 *
 * Arguments: the engine's flags, and last the engine's address.
 */
import grpc from '@grpc/grpc-js'
import type { ILanguageRuntimeServer } from '@pulumi/pulumi/proto/language_grpc_pb.js'
import services from '@pulumi/pulumi/proto/language_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/language_pb.js'
import plugins from '@pulumi/pulumi/proto/plugin_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { exitWithParent } from '../parent.ts'
import { killAnalyzers, runAnalyzer } from './analyzer.ts'
import { directDependencies } from './dependencies.ts'
import { Program } from './program.ts'

const engine = process.argv.at(-1) ?? ''
const program = new Program()

function answer<Request, Response>(reply: (request: Request) => Response | Promise<Response>) {
  return (
    call: grpc.ServerUnaryCall<Request, Response>,
    callback: grpc.sendUnaryData<Response>,
  ): void => {
    Promise.resolve()
      .then(() => reply(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: grpc.status.UNKNOWN, message: error.message }),
      )
  }
}

const host: Partial<ILanguageRuntimeServer> = {
  handshake: answer(() => new messages.LanguageHandshakeResponse()),
  getPluginInfo: answer(() => new plugins.PluginInfo().setVersion(process.versions.node)),
  // None: each package names its own plugin and version when its first resource is registered.
  getRequiredPackages: answer(() => new messages.GetRequiredPackagesResponse()),
  about: answer(() => {
    const about = new messages.AboutResponse()
    about.setExecutable(process.execPath)
    about.setVersion(process.versions.node)
    return about
  }),
  getProgramDependencies: answer((request) => {
    const response = new messages.GetProgramDependenciesResponse()
    for (const [name, version] of directDependencies(
      request.getInfo()?.getRootDirectory() ?? '.',
    )) {
      const dependency = new messages.DependencyInfo()
      dependency.setName(name)
      dependency.setVersion(version)
      response.addDependencies(dependency)
    }
    return response
  }),
  run: answer(async (request) => {
    const response = new messages.RunResponse()
    const outcome = await program.run(request, engine)
    response.setError(outcome.error)
    response.setBail(outcome.bail)
    return response
  }),
  runPlugin: runAnalyzer,
  // The engine refuses the program's further registrations by itself, and ends this process next.
  cancel: answer(() => new empty.Empty()),
}

const server = new grpc.Server({
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
})
// The methods left out answer UNIMPLEMENTED, which is what the engine expects of an older host.
server.addService(services.LanguageRuntimeService, host as grpc.UntypedServiceImplementation)
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error
  process.stdout.write(`${port}\n`)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => process.exit(0))
}
process.on('exit', () => {
  program.kill()
  killAnalyzers()
})
exitWithParent()
