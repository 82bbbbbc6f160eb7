import * as grpc from '@grpc/grpc-js'
import providerProto from '@pulumi/pulumi/proto/provider_pb.js'
import statusProto from '@pulumi/pulumi/proto/status_pb.js'
import anyProto from 'google-protobuf/google/protobuf/any_pb.js'
import type { Values } from './values.ts'
import { toStruct } from './wire.ts'

/** A failure with a gRPC code of its own. A plain Error is sent with code UNKNOWN. */
export class ProviderError extends Error {
  readonly code: grpc.status

  constructor(message: string, code: grpc.status = grpc.status.UNKNOWN) {
    super(message)
    this.code = code
  }
}

/**
 * The object exists, but the operation did not get to its end: the engine keeps it in the state with `properties`
 * and `reasons`, and calls Update at the next run.
 */
export class InitFailedError extends Error {
  readonly id: string
  readonly properties: Values
  readonly inputs: Values | undefined
  readonly reasons: string[]

  /** @param reasons default: the message */
  constructor(
    message: string,
    object: { id: string; properties: Values; inputs?: Values; reasons?: string[] },
  ) {
    super(message)
    this.id = object.id
    this.properties = object.properties
    this.inputs = object.inputs
    this.reasons = object.reasons ?? [message]
  }
}

/** What grpc-js sends for a thrown value: code, message, and the details of an {@link InitFailedError}. */
export function toServiceError(thrown: unknown): Partial<grpc.ServiceError> {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof ProviderError ? thrown.code : grpc.status.UNKNOWN
  if (!(thrown instanceof InitFailedError)) return { code, details: message }
  const detail = new providerProto.ErrorResourceInitFailed()
  detail.setId(thrown.id)
  detail.setProperties(toStruct(thrown.properties))
  detail.setReasonsList(thrown.reasons)
  if (thrown.inputs) detail.setInputs(toStruct(thrown.inputs))
  const packed = new anyProto.Any()
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed')
  const status = new statusProto.Status()
  status.setCode(code)
  status.setMessage(message)
  status.addDetails(packed)
  const metadata = new grpc.Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(status.serializeBinary()))
  return { code, details: message, metadata }
}
