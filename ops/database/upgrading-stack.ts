/** The stack that is upgraded: settings and state by the engine, the cluster by DigitalOcean's API. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DigitalOcean } from '../accounts/digitalocean.ts'
import { capture, show } from '../engine/pulumi.ts'
import { stateOf } from '../engine/state.ts'
import { stackNamed } from './moving-stack.ts'
import { update } from './update.ts'
import type { LiveCluster, UpgradingStack } from './upgrade.ts'

const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'

export function upgradingStack(
  name: string,
  api: Pick<DigitalOcean, 'find' | 'change'>,
): UpgradingStack {
  return {
    name,
    async cluster() {
      const found = (await stateOf(name, {})).find(({ type }) => type === CLUSTER)
      return found && { id: found.id ?? '', urn: found.urn, name: `${found.outputs?.name}` }
    },
    live: async (id) => (await api.find<{ database: LiveCluster }>(`/databases/${id}`))?.database,
    raise: (id, version) => api.change(`/databases/${id}/upgrade`, { version }),
    refresh: (urn) =>
      show([
        ...['refresh', '--yes', '--skip-preview', '--non-interactive'],
        ...['--target', urn, '--stack', name],
      ]),
    async choose(version) {
      const asked = ['config', 'set', 'databaseVersion', version, '--stack', name]
      const { code, stderr } = await capture(asked)
      if (code !== 0)
        throw new Error(`the settings of ${name} cannot be written:\n${stderr.trim()}`)
    },
    update: () => update(name),
    async analyze() {
      const stack = stackNamed(name)
      const said = await stack.host('analyze', await stack.order('local', 'managed', false))
      if (said?.code) stack.say(said.stderr.trim())
      return said?.code ?? 0
    },
    say: (text) => console.log(text),
    pause: (milliseconds) => sleep(milliseconds),
  }
}
