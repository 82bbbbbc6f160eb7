import type { ProviderDefinition } from '../server/types.ts'
import { randomId } from './random-id.ts'
import { randomPassword } from './random-password.ts'

/** The `random` plugin, as far as the stack uses it. */
export const random: ProviderDefinition<unknown> = {
  name: 'random',
  version: '4.21.2',
  features: { acceptResources: true, supportsAutonaming: true },
  configure: () => undefined,
  diffConfig: () => ({ changes: 'unknown' }),
  resources: {
    'random:index/randomId:RandomId': randomId,
    'random:index/randomPassword:RandomPassword': randomPassword,
  },
}
