/** The stack whose host's database is upgraded: settings by the engine, rows by the host's own program. */
import { ask, outputsOf } from '../cli/login.ts'
import { hasLocalDatabase, localDatabaseVersion } from '../engine/local-database.ts'
import { capture } from '../engine/pulumi.ts'
import { stateOf } from '../engine/state.ts'
import { update } from './update.ts'
import type { HostUpgradingStack } from './upgrade-on-host.ts'

const CLUSTER = 'digitalocean:index/databaseCluster:DatabaseCluster'

/** Is the database on the host the one that the key is about, as no managed one is in the stack? */
export async function isOnHost(name: string): Promise<boolean> {
  const resources = await stateOf(name, {})
  return hasLocalDatabase(resources) && !resources.some(({ type }) => type === CLUSTER)
}

export function hostUpgradingStack(name: string): HostUpgradingStack {
  const own = ['--stack', name]
  return {
    name,
    host: async (words, tell) =>
      ask(name, await outputsOf(name), ['database', ...words], undefined, tell),
    async choose(version) {
      const { code, stderr } = await capture(['config', 'set', 'databaseVersion', version, ...own])
      if (code !== 0)
        throw new Error(`the settings of ${name} cannot be written:\n${stderr.trim()}`)
    },
    // The program takes another version than before for a mistake otherwise.
    update: (version) => update(name, { PADLOCK_DATABASE_UPGRADE: version }),
    known: async () => localDatabaseVersion(await stateOf(name, {})),
    say: (text) => console.log(text),
  }
}
