import { log, RunError } from '@pulumi/pulumi'
import { type DatabaseSettings, type Databases, managedIn } from '../../config/database/index.ts'
import { remembered } from '../release/live.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'
import { isGivenUp } from './given-up.ts'

type Kind = DatabaseSettings['kind']

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
    checkStays(state, `${name}`, databases.database?.kind)
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
function checkStays(state: Former[], name: string, wanted: Kind | undefined): void {
  if (isGivenUp(ofKind(state, 'ManagedDatabase')[0])) return
  const live = remembered(state)?.database
  const where = live ? `. The app's rows are in ${live === 'local' ? "the host's" : 'it'}` : ''
  const ways = waysOn(live, wanted, dumpFirst(state)).map((way) => `    ${way}\n`)
  throw new RunError(
    `database is not managed, but this stack has the database cluster ${name} and would delete it, with every row and its backups${where}. Fix, one of:\n` +
      `${ways.join('')}Nothing was created or changed.`,
  )
}

/** Its dumps stay where they are. */
const dumpFirst = (state: Former[]): string =>
  ofKind(state, 'Backups').some(({ outputs }) => outputs.managed)
    ? './padlock backup now (its dumps stay) and '
    : ''

const MANAGED = 'pulumi config set database managed'
const BESIDE = 'pulumi config set databaseBeside managed'
const CONSENT = "pulumi config set --path 'allowDelete[0]' database && pulumi up"

/** Each is one that checkMove lets through, and none takes the app to rows of before. */
function waysOn(live: Kind | undefined, wanted: Kind | undefined, dumped: string): string[] {
  if (live === 'local') {
    // A database beside none is refused.
    const beside = wanted ? BESIDE : `pulumi config set database local && ${BESIDE}`
    return [
      `it stays beside the host's: ${beside}`,
      `it is given up: ${beside} && ${CONSENT}, then ${dumped}pulumi config rm databaseBeside && pulumi up`,
    ]
  }
  const ways = [
    `the stack goes on with it: ${MANAGED}`,
    `its rows go to the host, where no others may be then: ${MANAGED}, then ./padlock database move --to local`,
  ]
  const given = `${MANAGED} && ${CONSENT}, then ${dumped}`
  if (live === 'managed' && wanted) {
    const what = 'back to the rows on the host as they are, and those of the cluster are given up'
    return [...ways, `${what}: ${given}pulumi config set database local && pulumi up`]
  }
  if (live === 'managed' || !wanted) {
    return [...ways, `its rows are given up: ${given}pulumi config rm database && pulumi up`]
  }
  return [
    ...ways,
    `it stays beside another one: ${BESIDE}`,
    `its rows are given up: ${BESIDE} && ${CONSENT}, then ${dumped}pulumi config rm databaseBeside && pulumi up`,
  ]
}
