/** The provider protocol: each call is translated, handed to a handler, and its result translated back. */
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import pluginProto from '@pulumi/pulumi/proto/plugin_pb.js'
import proto from '@pulumi/pulumi/proto/provider_pb.js'
import emptyProto from 'google-protobuf/google/protobuf/empty_pb.js'
import { Engine } from './engine.ts'
import { ProviderError, toServiceError } from './errors.ts'
import type { Context, DiffRequest, ProviderDefinition, ResourceHandler } from './types.ts'
import { revealAll } from './values.ts'
import {
  fromAutonaming,
  fromStruct,
  toCheckResponse,
  toDiffResponse,
  toFailures,
  toStruct,
} from './wire.ts'

/** The service's implementation for grpc-js. Methods that are not here answer UNIMPLEMENTED. */
export function providerService<Client>(
  provider: ProviderDefinition<Client>,
  initialEngine: Engine,
): UntypedServiceImplementation {
  let engine = initialEngine
  let configured: { client: Client } | undefined
  const cancellation = new AbortController()

  function contextFor(urn: string): { context: Context<Client>; sent(): Promise<unknown> } {
    const pending = new Set<Promise<void>>()
    const context: Context<Client> = {
      get client() {
        if (!configured) throw new Error(`the ${provider.name} provider is not configured`)
        return configured.client
      },
      urn,
      signal: cancellation.signal,
      log(severity, message, options) {
        const sending = engine.log(severity, urn, message, options?.ephemeral)
        pending.add(sending)
        return sending.finally(() => pending.delete(sending))
      },
    }
    return { context, sent: () => Promise.all(pending) }
  }

  function unary<Request extends object, Response>(
    work: (request: Request, context: Context<Client>) => Response | Promise<Response>,
  ) {
    return async (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
      const request = call.request
      const urn = 'getUrn' in request ? (request as { getUrn(): string }).getUrn() : ''
      const { context, sent } = contextFor(urn)
      try {
        const response = await work(request, context)
        await sent()
        callback(null, response)
      } catch (thrown) {
        await sent()
        callback(toServiceError(thrown))
      }
    }
  }

  function handler(method: string, urn: string): ResourceHandler<Client> {
    const type = urn.split('::')[2]?.split('$').pop() ?? ''
    const found = provider.resources[type]
    if (!found) throw new Error(`unrecognized resource type (${method}): ${type}`)
    return found
  }

  return {
    getPluginInfo: unary(() => {
      const response = new pluginProto.PluginInfo()
      response.setVersion(provider.version)
      return response
    }),

    attach: unary((request: pluginProto.PluginAttach) => {
      engine.close()
      engine = new Engine(request.getAddress())
      return new emptyProto.Empty()
    }),

    getSchema: unary(() => {
      const response = new proto.GetSchemaResponse()
      response.setSchema(JSON.stringify({ name: provider.name, version: provider.version }))
      return response
    }),

    getMapping: unary(() => new proto.GetMappingResponse()),

    checkConfig: unary((request: proto.CheckRequest) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())]
      return toCheckResponse(
        provider.checkConfig?.({ urn: request.getUrn(), olds, news }) ?? {
          inputs: revealAll(news),
        },
      )
    }),

    diffConfig: unary((request: proto.DiffRequest) => {
      if (!provider.diffConfig) {
        throw new ProviderError('DiffConfig is not implemented', status.UNIMPLEMENTED)
      }
      return toDiffResponse(provider.diffConfig(diffRequest(request)))
    }),

    configure: unary(async (request: proto.ConfigureRequest) => {
      const variables: Record<string, string> = {}
      request.getVariablesMap().forEach((value: string, key: string) => {
        variables[key] = value
      })
      configured = {
        client: await provider.configure({ args: fromStruct(request.getArgs()), variables }),
      }
      const features = provider.features ?? {}
      const response = new proto.ConfigureResponse()
      response.setAcceptsecrets(features.acceptSecrets ?? false)
      response.setAcceptresources(features.acceptResources ?? false)
      response.setAcceptoutputs(features.acceptOutputs ?? false)
      response.setSupportspreview(features.supportsPreview ?? true)
      response.setSupportsAutonamingConfiguration(features.supportsAutonaming ?? false)
      return response
    }),

    check: unary(async (request: proto.CheckRequest, context) =>
      toCheckResponse(
        await handler('Check', request.getUrn()).check(
          {
            ...identity(request),
            olds: fromStruct(request.getOlds()),
            news: fromStruct(request.getNews()),
            randomSeed: request.getRandomseed_asU8(),
            autonaming: fromAutonaming(request.getAutonaming()),
          },
          context,
        ),
      ),
    ),

    diff: unary(async (request: proto.DiffRequest, context) =>
      toDiffResponse(await handler('Diff', request.getUrn()).diff(diffRequest(request), context)),
    ),

    create: unary(async (request: proto.CreateRequest, context) => {
      const result = await handler('Create', request.getUrn()).create(
        {
          ...identity(request),
          properties: fromStruct(request.getProperties()),
          timeout: request.getTimeout(),
          preview: request.getPreview(),
        },
        context,
      )
      const response = new proto.CreateResponse()
      response.setId(result.id ?? '')
      response.setProperties(toStruct(result.properties))
      return response
    }),

    read: unary(async (request: proto.ReadRequest, context) => {
      const result = await handler('Read', request.getUrn()).read(
        {
          ...identity(request),
          id: request.getId(),
          properties: fromStruct(request.getProperties()),
          inputs: fromStruct(request.getInputs()),
        },
        context,
      )
      const response = new proto.ReadResponse()
      if (!result) return response
      response.setId(result.id)
      response.setProperties(toStruct(result.properties))
      response.setInputs(toStruct(result.inputs))
      return response
    }),

    update: unary(async (request: proto.UpdateRequest, context) => {
      const properties = await handler('Update', request.getUrn()).update(
        {
          ...diffRequest(request),
          timeout: request.getTimeout(),
          preview: request.getPreview(),
        },
        context,
      )
      const response = new proto.UpdateResponse()
      response.setProperties(toStruct(properties))
      return response
    }),

    delete: unary(async (request: proto.DeleteRequest, context) => {
      await handler('Delete', request.getUrn()).delete(
        {
          ...identity(request),
          id: request.getId(),
          properties: fromStruct(request.getProperties()),
          oldInputs: fromStruct(request.getOldInputs()),
          timeout: request.getTimeout(),
        },
        context,
      )
      return new emptyProto.Empty()
    }),

    invoke: unary(async (request: proto.InvokeRequest, context) => {
      const token = request.getTok()
      const found = provider.functions?.[token]
      if (!found) throw new Error(`unrecognized data function (Invoke): ${token}`)
      const args = fromStruct(request.getArgs())
      const result = await found({ token, args, preview: request.getPreview() }, context)
      const response = new proto.InvokeResponse()
      if (result.return) response.setReturn(toStruct(result.return))
      response.setFailuresList(toFailures(result.failures))
      return response
    }),

    cancel: unary(() => {
      cancellation.abort()
      return new emptyProto.Empty()
    }),
  }
}

/** URN, name and type; older engines leave the last two out. */
function identity(request: { getUrn(): string; getName(): string; getType(): string }) {
  const urn = request.getUrn()
  const [, , types = '', ...names] = urn.split('::')
  return {
    urn,
    name: request.getName() || names.join('::'),
    type: request.getType() || (types.split('$').pop() ?? ''),
  }
}

function diffRequest(request: proto.DiffRequest | proto.UpdateRequest): DiffRequest {
  return {
    ...identity(request),
    id: request.getId(),
    olds: fromStruct(request.getOlds()),
    news: fromStruct(request.getNews()),
    oldInputs: fromStruct(request.getOldInputs()),
    ignoreChanges: request.getIgnorechangesList(),
  }
}
