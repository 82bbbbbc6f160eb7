import type { ProviderDefinition } from '../server/types.ts'
import { copyToRemote } from './copy-to-remote.ts'
import { localCommand } from './local-command.ts'
import { remoteCommand } from './remote-command.ts'

const GO_PROVIDER = { '__pulumi-go-provider-version': '1.2.0' }

/** The `command` plugin, as far as the stack uses it. */
export const command: ProviderDefinition<unknown> = {
  name: 'command',
  version: '1.2.1',
  features: { acceptSecrets: true, acceptResources: true, acceptOutputs: true },
  checkConfig: ({ news }) => ({ inputs: { ...news, ...GO_PROVIDER } }),
  configure: () => undefined,
  resources: {
    'command:local:Command': localCommand,
    'command:remote:Command': remoteCommand,
    'command:remote:CopyToRemote': copyToRemote,
  },
}
