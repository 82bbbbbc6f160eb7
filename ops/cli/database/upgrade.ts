import { parseArgs } from 'node:util'
import { hostUpgradingStack, isOnHost } from '../../database/host-upgrading-stack.ts'
import { upgrade } from '../../database/upgrade.ts'
import { receipt, upgradeOnHost } from '../../database/upgrade-on-host.ts'
import { upgradingStack } from '../../database/upgrading-stack.ts'
import { targetOf } from '../access/target.ts'
import { confirmed } from '../confirmed.ts'
import { chosenStack } from '../login.ts'
import { tryExportState } from './export-state.ts'

export const help = `padlock database upgrade --to VERSION [--stack NAME] [--yes]

Raises the major version of the stack's database, and the key databaseVersion with it. There
is no way back; a backup, or the former cluster, has the rows of before.

On the host: an update installs the new version (the PostgreSQL project's, beside Debian's).
It is a whole one: all else that this checkout and its settings change is applied too, without
a preview (pulumi preview shows it). Then the host takes a last backup, dumps all databases and roles into a new cluster beside the old
one while the app is ended, compares every table's rows, their hash and every sequence, and
starts the new one in its place. How long nothing could be written is printed. What fails, or
is cut off, is undone, or finished, by the host itself. The volume must have room for both.

A managed one DigitalOcean upgrades in place, which takes minutes without it. It is waited
for; then the state has the new version, an update (a whole one, as above) brings the host the
programs that dump it, and the tables get new statistics. Try it before on a
fork with the app's tests (doctl databases fork); DigitalOcean's own backups of the last
seven days make another cluster, not this one anew.

  --to    a major version of PostgreSQL, such as 18
  --yes   without the question

After a kill, or where it took too long, run it again.
Exit code 0: it has that version, and "not yet" names what is still to be seen to, such as a backup.
1: not, and why. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      to: { type: 'string' },
      stack: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  })
  const { to = '' } = values
  if (!/^[1-9]\d$/.test(to)) {
    console.error(`padlock database upgrade: --to is a major version, such as 18\n\n${help}`)
    return 2
  }
  const name = await chosenStack(values.stack)
  const onHost = await isOnHost(name)
  if (!(values.yes || (await confirmed(`${question(name, to, onHost)} Type yes: `, 'yes')))) {
    console.error('nothing was changed')
    return 1
  }
  console.log(await (onHost ? raisedOnHost(name, to) : raised(name, to)))
  const left = await tryExportState(name)
  if (left) console.error(left)
  return 0
}

async function raisedOnHost(name: string, to: string): Promise<string> {
  const done = await upgradeOnHost(hostUpgradingStack(name), to)
  return done ? receipt(done, name) : `the database of ${name} is PostgreSQL ${to}`
}

async function raised(name: string, to: string): Promise<string> {
  const { api } = await targetOf(name)
  const done = await upgrade(upgradingStack(name, api), to)
  return done
    ? `upgraded from PostgreSQL ${done.from} to ${to} in ${done.seconds} s. Commit the settings file: databaseVersion is ${to}.`
    : `the database of ${name} is PostgreSQL ${to}`
}

/** @param onHost the database is the host's, which an update has the new version installed on */
export function question(stack: string, to: string, onHost: boolean): string {
  const upgraded = `The database of ${stack} is upgraded to PostgreSQL ${to}: minutes without it, and no way back.`
  return `${upgraded} ${onHost ? 'First' : 'Then'} an update applies all that this checkout changes, which pulumi preview --stack ${stack} shows.`
}
