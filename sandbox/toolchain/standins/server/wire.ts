/** Conversions between protocol messages and the plain types of types.ts. */
import providerProto from '@pulumi/pulumi/proto/provider_pb.js'
import structProto from 'google-protobuf/google/protobuf/struct_pb.js'
import type { CheckResult, DiffKind, DiffResult, Failure } from './types.ts'
import type { Value, Values } from './values.ts'

type Struct = structProto.Struct
type JavaScriptMap = Parameters<typeof structProto.Struct.fromJavaScript>[0]

export function fromStruct(struct: Struct | undefined): Values {
  return (struct?.toJavaScript() ?? {}) as Values
}

/** Properties that are undefined are left out. */
export function toStruct(values: Values): Struct {
  return structProto.Struct.fromJavaScript(withoutUndefined(values) as JavaScriptMap)
}

function withoutUndefined(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== undefined)
      .map(([name, child]) => [name, withoutUndefined(child)]),
  )
}

const AUTONAMING_MODES = ['propose', 'enforce', 'disable'] as const

export function fromAutonaming(
  options: providerProto.CheckRequest.AutonamingOptions | undefined,
): { mode: 'propose' | 'enforce' | 'disable'; proposedName: string } | undefined {
  if (!options) return undefined
  return {
    mode: AUTONAMING_MODES[options.getMode()] ?? 'propose',
    proposedName: options.getProposedName(),
  }
}

export function toFailures(failures: Failure[] = []): providerProto.CheckFailure[] {
  return failures.map((failure) => {
    const message = new providerProto.CheckFailure()
    message.setProperty(failure.property ?? '')
    message.setReason(failure.reason)
    return message
  })
}

export function toCheckResponse(result: CheckResult): providerProto.CheckResponse {
  const response = new providerProto.CheckResponse()
  if (result.inputs) response.setInputs(toStruct(result.inputs))
  response.setFailuresList(toFailures(result.failures))
  return response
}

const KINDS: Record<DiffKind, providerProto.PropertyDiff.Kind> = {
  ADD: 0,
  ADD_REPLACE: 1,
  DELETE: 2,
  DELETE_REPLACE: 3,
  UPDATE: 4,
  UPDATE_REPLACE: 5,
}

const CHANGES: Record<DiffResult['changes'], providerProto.DiffResponse.DiffChanges> = {
  unknown: 0,
  none: 1,
  some: 2,
}

export function toDiffResponse(result: DiffResult): providerProto.DiffResponse {
  const response = new providerProto.DiffResponse()
  response.setChanges(CHANGES[result.changes])
  response.setDiffsList(result.diffs ?? [])
  response.setReplacesList(result.replaces ?? [])
  response.setStablesList(result.stables ?? [])
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false)
  response.setHasdetaileddiff(result.hasDetailedDiff ?? result.detailedDiff !== undefined)
  for (const [path, diff] of Object.entries(result.detailedDiff ?? {})) {
    const message = new providerProto.PropertyDiff()
    message.setKind(KINDS[diff.kind])
    message.setInputdiff(diff.inputDiff ?? false)
    response.getDetaileddiffMap().set(path, message)
  }
  return response
}
