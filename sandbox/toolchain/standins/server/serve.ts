import { Server, ServerCredentials } from '@grpc/grpc-js'
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import { exitWithParent } from '../../parent.ts'
import { Engine } from './engine.ts'
import { providerService } from './service.ts'
import type { ProviderDefinition } from './types.ts'

/**
 * Serves a provider plugin: listens on a free loopback port, prints it as the first line of stdout, and ends on
 * SIGINT, SIGTERM, or when the process that started it is gone.
 * @param args the process's arguments; the last one is the engine's address
 */
export async function serveProvider<Client>(
  provider: ProviderDefinition<Client>,
  args: string[] = process.argv.slice(2),
): Promise<void> {
  const address = args.findLast((arg) => !arg.startsWith('-'))
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  })
  server.addService(
    providerGrpc.ResourceProviderService,
    providerService(provider, new Engine(address)),
  )
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  process.stdout.write(`${port}\n`)
  exitWithParent()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
}
