import { parseArgs } from 'node:util'
import { upgrade } from '../../database/upgrade.ts'
import { upgradingStack } from '../../database/upgrading-stack.ts'
import { targetOf } from '../access/target.ts'
import { chosenStack } from '../login.ts'
import { agreed } from './agreed.ts'

export const help = `padlock database upgrade --to VERSION [--stack NAME] [--yes]

Raises the major version of a managed database: DigitalOcean upgrades it in place, which
takes minutes without it and cannot be taken back. It is waited for; then the state and the
key databaseVersion have the new version, and the tables new statistics. Try it before on a
fork with the app's tests (doctl databases fork); DigitalOcean's own backups of the last
seven days make another cluster, not this one anew.

  --to    a major version of PostgreSQL, such as 18
  --yes   without the question

A database on the host is refused: Debian 13 has one version. Its rows go to a newer one by
./padlock database move --to managed.

After a kill, or where it took too long, run it again.
Exit code 0: it has that version. 1: not, and why. 2: a wrong command line.`

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
  const question = `The database of ${name} is upgraded to PostgreSQL ${to}: minutes without it, and no way back.`
  if (!(values.yes || (await agreed(question)))) {
    console.error('nothing was changed')
    return 1
  }
  const { api } = await targetOf(name)
  const done = await upgrade(upgradingStack(name, api), to)
  console.log(
    done
      ? `upgraded from PostgreSQL ${done.from} to ${to} in ${done.seconds} s. Commit the settings file: databaseVersion is ${to}.`
      : `the database of ${name} is PostgreSQL ${to}`,
  )
  return 0
}
