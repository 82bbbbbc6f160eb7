/** A provider for the server's own tests: one resource type that does what its inputs say. */
import { InitFailedError, ProviderError } from '../../sandbox/toolchain/standins/server/errors.ts'
import { serveProvider } from '../../sandbox/toolchain/standins/server/serve.ts'
import type {
  CreateResult,
  ResourceHandler,
} from '../../sandbox/toolchain/standins/server/types.ts'
import { secret, UNKNOWN } from '../../sandbox/toolchain/standins/server/values.ts'

const thing: ResourceHandler<{ greeting: string }> = {
  check: ({ news, name, type, randomSeed, autonaming }) => ({
    inputs: { ...news, name, type, seed: randomSeed.length, mode: autonaming?.mode ?? 'none' },
    failures: news.bad ? [{ property: 'bad', reason: 'is bad' }] : [],
  }),
  diff: ({ olds, news, oldInputs }) => ({
    changes: olds.a === news.a ? 'none' : 'some',
    diffs: ['a'],
    replaces: ['a'],
    stables: Object.keys(oldInputs),
    deleteBeforeReplace: true,
    detailedDiff: { a: { kind: 'UPDATE_REPLACE' }, 'b[0]': { kind: 'ADD', inputDiff: true } },
  }),
  async create({ properties, preview, timeout }, context): Promise<CreateResult> {
    if (preview) return { properties: { ...properties, made: UNKNOWN } }
    if (properties.fail === 'plainly') throw new Error('1 error occurred:\n\t* no ümlaut\n\n')
    if (properties.fail === 'with code') throw new ProviderError('out of time', 4)
    if (properties.fail === 'half-way') {
      throw new InitFailedError('not ready', { id: 'half', properties: { made: null } })
    }
    if (properties.wait) {
      void context.log('info', 'waiting')
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve))
      throw new Error('cancelled')
    }
    void context.log('warning', 'working', { ephemeral: true })
    return {
      id: 'one',
      properties: { made: secret(context.client.greeting), timeout, big: properties.big ?? null },
    }
  },
  update: ({ news, preview }) => ({ ...news, preview }),
  read: ({ id, inputs }) => (id === 'gone' ? null : { id, properties: { id }, inputs }),
  delete({ properties }) {
    if (properties.keep) throw new Error('kept')
  },
}

await serveProvider<{ greeting: string }>({
  name: 'test',
  version: '1.2.3',
  features: { acceptSecrets: true },
  configure: ({ args, variables }) => ({
    greeting: `${String(args.greeting)} ${variables['test:config:greeting']}`,
  }),
  resources: { 'test:index/thing:Thing': thing },
  functions: {
    'test:index/echo:echo': ({ args, preview }) =>
      args.bad ? { failures: [{ reason: 'bad' }] } : { return: { ...args, preview } },
  },
})
