import type { ProviderDefinition } from '../server/types.ts'
import { privateKey } from './private-key.ts'

/** The `tls` plugin, as far as the stack uses it. */
export const tls: ProviderDefinition<unknown> = {
  name: 'tls',
  version: '5.6.1',
  features: { acceptResources: true, supportsAutonaming: true },
  configure: () => undefined,
  diffConfig: () => ({ changes: 'unknown' }),
  resources: { 'tls:index/privateKey:PrivateKey': privateKey },
}
