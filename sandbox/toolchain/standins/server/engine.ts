import * as grpc from '@grpc/grpc-js'
import engineGrpc from '@pulumi/pulumi/proto/engine_grpc_pb.js'
import engineProto from '@pulumi/pulumi/proto/engine_pb.js'
import type { Severity } from './types.ts'

const SEVERITIES: Record<Severity, engineProto.LogSeverity> = {
  debug: 0,
  info: 1,
  warning: 2,
  error: 3,
}

/** The engine's own service, as far as a plugin needs it: messages about a resource. */
export class Engine {
  readonly #client: InstanceType<typeof engineGrpc.EngineClient> | undefined

  /** @param address host:port, the plugin's last argument; undefined: messages go nowhere */
  constructor(address: string | undefined) {
    if (!address) return
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
    })
  }

  /** Never fails: a lost message must not fail an operation. */
  log(severity: Severity, urn: string, message: string, ephemeral = false): Promise<void> {
    const client = this.#client
    if (!client) return Promise.resolve()
    const request = new engineProto.LogRequest()
    request.setSeverity(SEVERITIES[severity])
    request.setUrn(urn)
    request.setMessage(message)
    request.setEphemeral(ephemeral)
    return new Promise((resolve) => client.log(request, () => resolve()))
  }

  close(): void {
    this.#client?.close()
  }
}
