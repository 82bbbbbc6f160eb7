import { log, RunError } from '@pulumi/pulumi'
import { type Databases, managedIn } from '../../config/database/index.ts'
import { remembered } from '../release/live.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'
import { isGivenUp } from './given-up.ts'

/**
 * Can the cluster that the stack has become the one that is wanted? It is resized in place; its version
 * is not raised by an update, which nobody waits for, and it is not deleted without a consent.
 * @throws RunError before anything is made
 */
export function checkDatabase(state: Former[], databases: Databases): void {
  checkMove(state, databases)
  const wanted = managedIn(databases)
  const cluster = ofKind(state, 'DatabaseCluster').at(0)
  if (!cluster) return
  const { name, version } = cluster.outputs
  if (!wanted) {
    checkStays(state, `${name}`, databases.database ? 'databaseBeside' : 'database')
    return
  }
  if (wanted.version !== `${version}`) {
    throw configurationError(
      `databaseVersion = ${wanted.version} is not what the stack's database ${name} has, and a major upgrade is none of an update's: it stops the database for minutes and cannot be taken back`,
      `${version}, which it has`,
      `pulumi config set databaseVersion ${version}; or raise it: ./padlock database upgrade --to ${wanted.version}`,
    )
  }
}

/** The provider's own backups go with the cluster, and with the account. */
export async function warnOfNoBackups(
  { database }: Databases,
  hasBackups: boolean,
  expires?: Date,
  warn: (text: string) => Promise<void> = (text) => log.warn(text),
): Promise<void> {
  if (database?.kind !== 'managed' || hasBackups || expires) return
  await warn(
    "the managed database has no backups but DigitalOcean's own, which go with the cluster. Fix: pulumi config set volume 10 && pulumi config set backups spaces",
  )
}

/** Set by ./padlock database move, which has the host copy the rows before the release. */
const MOVING = 'PADLOCK_DATABASE_MOVE'

/** A release that uses another database than the one before it finds none of the rows there. */
function checkMove(state: Former[], { database, databaseBeside }: Databases): void {
  const live = remembered(state)?.database
  if (!live || !database || live === database.kind || process.env[MOVING]) return
  const verb = `./padlock database move --to ${database.kind}`
  if (databaseBeside?.kind !== live) {
    log.warn(
      `the app goes from its ${live} database to the ${database.kind} one, and its rows do not. To take them along: pulumi config set database ${live}, then ${verb}`,
    )
    return
  }
  throw new RunError(
    `database = ${database.kind} is not what the live release uses, and its rows are in the ${live} one. Fix: ${verb} takes them along, and goes on with a move that was cut off; or stay: pulumi config set database ${live} && pulumi config set databaseBeside ${database.kind}. Nothing was created or changed.`,
  )
}

/** The engine deletes what a program no longer has. */
function checkStays(state: Former[], name: string, key: string): void {
  if (isGivenUp(ofKind(state, 'ManagedDatabase')[0])) return
  const isDumped = ofKind(state, 'Backups').some(({ outputs }) => outputs.managed)
  const dumped = isDumped ? './padlock backup now (its dumps stay) and ' : ''
  throw new RunError(
    `database is not managed, but this stack has the database cluster ${name} and would delete it, with every row and its backups. Fix, one of:\n` +
      '    the stack goes on with it: pulumi config set database managed\n' +
      '    the rows go to the host: pulumi config set database managed, then ./padlock database move --to local\n' +
      '    it stays beside another one: pulumi config set databaseBeside managed\n' +
      `    the rows are given up: pulumi config set ${key} managed && pulumi config set --path 'allowDelete[0]' database && pulumi up, then ${dumped}pulumi config rm ${key} && pulumi up\n` +
      'Nothing was created or changed.',
  )
}
