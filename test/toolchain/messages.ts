/** The provider protocol's messages as the JSON in which calls are recorded: defaults left out, Structs as plain objects. */
import proto from '@pulumi/pulumi/proto/provider_pb.js'
import statusProto from '@pulumi/pulumi/proto/status_pb.js'
import emptyProto from 'google-protobuf/google/protobuf/empty_pb.js'
import structProto from 'google-protobuf/google/protobuf/struct_pb.js'

export type Json = Record<string, unknown>

/** The protocol's methods by the names that recordings use, with their request messages. */
const REQUESTS: Record<string, new () => object> = {
  Handshake: proto.ProviderHandshakeRequest,
  CheckConfig: proto.CheckRequest,
  DiffConfig: proto.DiffRequest,
  Configure: proto.ConfigureRequest,
  Check: proto.CheckRequest,
  Diff: proto.DiffRequest,
  Create: proto.CreateRequest,
  Read: proto.ReadRequest,
  Update: proto.UpdateRequest,
  Delete: proto.DeleteRequest,
  Invoke: proto.InvokeRequest,
  GetMapping: proto.GetMappingRequest,
  GetMappings: proto.GetMappingsRequest,
  GetSchema: proto.GetSchemaRequest,
  GetPluginInfo: emptyProto.Empty,
  Cancel: emptyProto.Empty,
}

/** Request fields whose setters are not `set` + the capitalised name. */
const SETTERS: Record<string, string> = {
  randomSeed: 'setRandomseed',
  acceptSecrets: 'setAcceptsecrets',
  acceptResources: 'setAcceptresources',
  ignoreChanges: 'setIgnorechangesList',
}

const STRUCTS = new Set(['olds', 'news', 'oldInputs', 'properties', 'inputs', 'args'])

export function toRequest(method: string, json: Json): object {
  const Message = REQUESTS[method]
  if (!Message) throw new Error(`no request message for method ${method}`)
  const message = new Message() as Record<string, (value: unknown) => void>
  for (const [name, value] of Object.entries(json)) {
    if (name === 'variables') {
      const map = (message as unknown as proto.ConfigureRequest).getVariablesMap()
      for (const [key, text] of Object.entries(value as Record<string, string>)) map.set(key, text)
      continue
    }
    const setter = SETTERS[name] ?? `set${name[0]!.toUpperCase()}${name.slice(1)}`
    message[setter]!(fieldValue(name, value))
  }
  return message
}

function fieldValue(name: string, value: unknown): unknown {
  if (name === 'autonaming') {
    const { mode = 0, proposedName = '' } = value as { mode?: 0 | 1 | 2; proposedName?: string }
    const options = new proto.CheckRequest.AutonamingOptions()
    options.setMode(mode)
    options.setProposedName(proposedName)
    return options
  }
  return STRUCTS.has(name) ? structProto.Struct.fromJavaScript(value as never) : value
}

const KINDS = ['ADD', 'ADD_REPLACE', 'DELETE', 'DELETE_REPLACE', 'UPDATE', 'UPDATE_REPLACE']
const CHANGES = ['DIFF_UNKNOWN', 'DIFF_NONE', 'DIFF_SOME']

/** The answer as recorded: empty and zero fields are left out. */
export function fromResponse(message: object): Json {
  if (message instanceof proto.CheckResponse) {
    return compact({ inputs: struct(message), failures: failures(message.getFailuresList()) })
  }
  if (message instanceof proto.DiffResponse) return fromDiffResponse(message)
  if (message instanceof proto.ConfigureResponse) {
    return compact({
      acceptSecrets: message.getAcceptsecrets(),
      acceptResources: message.getAcceptresources(),
      acceptOutputs: message.getAcceptoutputs(),
      supportsPreview: message.getSupportspreview(),
      supportsAutonamingConfiguration: message.getSupportsAutonamingConfiguration(),
    })
  }
  if (message instanceof proto.ReadResponse) {
    return compact({
      id: message.getId(),
      properties: message.getProperties()?.toJavaScript(),
      inputs: message.getInputs()?.toJavaScript(),
    })
  }
  if (message instanceof proto.CreateResponse || message instanceof proto.UpdateResponse) {
    return compact({
      id: message instanceof proto.CreateResponse ? message.getId() : '',
      properties: message.getProperties()?.toJavaScript(),
    })
  }
  if (message instanceof proto.InvokeResponse) {
    return compact({
      return: message.getReturn()?.toJavaScript(),
      failures: failures(message.getFailuresList()),
    })
  }
  return compact((message as { toObject(): Json }).toObject())
}

function struct(message: proto.CheckResponse): unknown {
  return message.getInputs()?.toJavaScript()
}

function failures(list: proto.CheckFailure[]): Json[] {
  return list.map((failure) =>
    compact({ property: failure.getProperty(), reason: failure.getReason() }),
  )
}

function fromDiffResponse(message: proto.DiffResponse): Json {
  const detailed: [string, Json][] = []
  message.getDetaileddiffMap().forEach((diff: proto.PropertyDiff, path: string) => {
    const kind = diff.getKind() ? KINDS[diff.getKind()] : undefined
    detailed.push([path, compact({ kind, inputDiff: diff.getInputdiff() })])
  })
  return compact({
    replaces: message.getReplacesList(),
    stables: message.getStablesList(),
    deleteBeforeReplace: message.getDeletebeforereplace(),
    changes: message.getChanges() ? CHANGES[message.getChanges()] : undefined,
    diffs: message.getDiffsList(),
    detailedDiff: detailed.length ? Object.fromEntries(detailed) : undefined,
    hasDetailedDiff: message.getHasdetaileddiff(),
  })
}

function compact(json: Json): Json {
  return Object.fromEntries(
    Object.entries(json).filter(
      ([, value]) => value && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

/** The details of a failed create, update or read, from the trailer `grpc-status-details-bin`. */
export function fromDetails(encoded: Buffer | string | undefined): Json[] | undefined {
  if (!encoded) return undefined
  const status = statusProto.Status.deserializeBinary(Buffer.from(encoded as Buffer))
  return status.getDetailsList().map((any) => {
    const detail = proto.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8())
    return compact({
      type: any.getTypeName(),
      id: detail.getId(),
      properties: detail.getProperties()?.toJavaScript(),
      inputs: detail.getInputs()?.toJavaScript(),
      reasons: detail.getReasonsList(),
    })
  })
}
