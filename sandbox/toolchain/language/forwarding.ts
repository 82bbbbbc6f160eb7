import grpc from '@grpc/grpc-js'

/** Messages of any size, as the engine sends them. */
export const UNLIMITED = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
}

const asIs = (bytes: Buffer) => bytes

/**
 * A service whose calls are handed on as they are, byte by byte.
 * @param service its unary methods
 * @param connect where to, asked at every call with the method's name and its request
 */
export function forwarding(
  service: Record<string, { path: string }>,
  connect: (method: string, request: Buffer) => Promise<grpc.Client>,
): grpc.Server {
  const definition: Record<string, grpc.MethodDefinition<Buffer, Buffer>> = {}
  const handlers: grpc.UntypedServiceImplementation = {}
  for (const [name, { path }] of Object.entries(service)) {
    definition[name] = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    }
    handlers[name] = (
      { request }: grpc.ServerUnaryCall<Buffer, Buffer>,
      callback: grpc.sendUnaryData<Buffer>,
    ) => {
      connect(name, request).then(
        (client) => client.makeUnaryRequest(path, asIs, asIs, request, callback),
        (error: Error) => callback({ code: grpc.status.UNAVAILABLE, message: error.message }),
      )
    }
  }
  const server = new grpc.Server(UNLIMITED)
  server.addService(definition, handlers)
  return server
}
