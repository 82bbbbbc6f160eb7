/** What a stand-in is made of. The shared server (serve.ts) does the protocol, these do the work. */
import type { Value, Values } from './values.ts'

export type Severity = 'debug' | 'info' | 'warning' | 'error'

/** What a handler gets beside the request. */
export interface Context<Client> {
  /** What `configure` returned. Throws if the provider was not configured: touch it only where an API is needed. */
  readonly client: Client
  /** URN of the resource, "" for functions. */
  urn: string
  /** Aborted when the engine cancels the operation. */
  signal: AbortSignal
  /**
   * Sends a message to the engine, which shows it beside the resource; `ephemeral` messages appear only while it
   * runs. Resolves when the engine has it; awaiting is optional: no answer is sent before all messages are.
   */
  log(severity: Severity, message: string, options?: { ephemeral?: boolean }): Promise<void>
}

/** A reason why inputs are refused. `property` is optional: the engine prints that property's value. */
export interface Failure {
  property?: string
  reason: string
}

export interface CheckRequest {
  urn: string
  /** The logical name and the type token. */
  name: string
  type: string
  /** Inputs of the last deployment, {} for a new resource. */
  olds: Values
  news: Values
  randomSeed: Uint8Array
  /** The user's naming policy, if there is one. */
  autonaming?: { mode: 'propose' | 'enforce' | 'disable'; proposedName: string }
}

/** `inputs` may be left out when there are failures. */
export interface CheckResult {
  inputs?: Values
  failures?: Failure[]
}

export interface DiffRequest {
  id: string
  urn: string
  name: string
  type: string
  /** Outputs in the state. */
  olds: Values
  news: Values
  /** Inputs in the state. */
  oldInputs: Values
  ignoreChanges: string[]
}

export type DiffKind =
  | 'ADD'
  | 'ADD_REPLACE'
  | 'DELETE'
  | 'DELETE_REPLACE'
  | 'UPDATE'
  | 'UPDATE_REPLACE'

export interface DiffResult {
  changes: 'unknown' | 'none' | 'some'
  /** Names of changed properties. */
  diffs?: string[]
  /** Names of changed properties that force a replacement. */
  replaces?: string[]
  /** Names of properties that cannot have changed. */
  stables?: string[]
  deleteBeforeReplace?: boolean
  /** By property path, such as `tags[1]` or `rules[0].port`. */
  detailedDiff?: Record<string, { kind: DiffKind; inputDiff?: boolean }>
  /** Default: true when `detailedDiff` is given (`{}` counts). */
  hasDetailedDiff?: boolean
}

export interface CreateRequest {
  urn: string
  name: string
  type: string
  /** The checked inputs. */
  properties: Values
  /** Seconds; 0 = the provider's own default. */
  timeout: number
  preview: boolean
}

/** `id` is left out in previews. */
export interface CreateResult {
  id?: string
  properties: Values
}

export interface UpdateRequest extends DiffRequest {
  /** Seconds; 0 = the provider's own default. */
  timeout: number
  preview: boolean
}

export interface ReadRequest {
  id: string
  urn: string
  name: string
  type: string
  /** Outputs and inputs in the state; both {} when the resource is being imported. */
  properties: Values
  inputs: Values
}

export interface ReadResult {
  id: string
  properties: Values
  inputs: Values
}

export interface DeleteRequest {
  id: string
  urn: string
  name: string
  type: string
  /** Outputs and inputs in the state. */
  properties: Values
  oldInputs: Values
  /** Seconds; 0 = the provider's own default. */
  timeout: number
}

/**
 * One resource type. Values carry the markers of values.ts; secrets arrive marked only if the provider's
 * `features.acceptSecrets` is set. A handler fails by throwing: any Error, or one of errors.ts.
 */
export interface ResourceHandler<Client> {
  check(request: CheckRequest, context: Context<Client>): CheckResult | Promise<CheckResult>
  diff(request: DiffRequest, context: Context<Client>): DiffResult | Promise<DiffResult>
  create(request: CreateRequest, context: Context<Client>): CreateResult | Promise<CreateResult>
  /** Returns the new outputs. */
  update(request: UpdateRequest, context: Context<Client>): Values | Promise<Values>
  /** Returns null for an object that does not exist. */
  read(
    request: ReadRequest,
    context: Context<Client>,
  ): ReadResult | null | Promise<ReadResult | null>
  delete(request: DeleteRequest, context: Context<Client>): void | Promise<void>
}

/** One function (data source). `failures` are problems with the arguments; other failures are thrown. */
export type FunctionHandler<Client> = (
  request: { token: string; args: Values; preview: boolean },
  context: Context<Client>,
) => FunctionResult | Promise<FunctionResult>

export interface FunctionResult {
  return?: Values
  failures?: Failure[]
}

export interface ConfigureRequest {
  /** The provider's inputs, secrets marked. */
  args: Values
  /** The same as texts: `NAME:config:KEY` to text or JSON. */
  variables: Record<string, string>
}

/** What the provider tells the engine in Configure. All default to false, `supportsPreview` to true. */
export interface Features {
  acceptSecrets?: boolean
  acceptResources?: boolean
  acceptOutputs?: boolean
  supportsPreview?: boolean
  supportsAutonaming?: boolean
}

export interface ProviderDefinition<Client> {
  /** The package's name, such as `digitalocean`. */
  name: string
  /** The version of the plugin that this one stands for. */
  version: string
  features?: Features
  /** Default: gives the inputs back, without secret markers. */
  checkConfig?(request: { urn: string; olds: Values; news: Values }): CheckResult
  /** Default: not implemented, which the engine takes as "no change". */
  diffConfig?(request: DiffRequest): DiffResult
  /** Returns what handlers get as `context.client`. */
  configure(request: ConfigureRequest): Client | Promise<Client>
  /** By type token, such as `digitalocean:index/tag:Tag`. */
  resources: Record<string, ResourceHandler<Client>>
  /** By token, such as `digitalocean:index/getDomain:getDomain`. */
  functions?: Record<string, FunctionHandler<Client>>
}

export type { Value, Values }
