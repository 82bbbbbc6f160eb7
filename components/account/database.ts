import { RunError } from '@pulumi/pulumi'
import { type Databases, managedIn } from '../../config/database/index.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

/**
 * Can the cluster that the stack has become the one that is wanted? It is resized in place; its version
 * is not raised by an update, which nobody waits for, and it is not deleted without a consent.
 * @throws RunError before anything is made
 */
export function checkDatabase(state: Former[], databases: Databases): void {
  const wanted = managedIn(databases)
  const cluster = ofKind(state, 'DatabaseCluster').at(0)
  if (!cluster) return
  const { name, version, id } = cluster.outputs
  if (!wanted) {
    checkStays(state, `${name}`, databases.database ? 'databaseBeside' : 'database')
    return
  }
  if (wanted.version !== `${version}`) {
    throw configurationError(
      `databaseVersion = ${wanted.version} is not what the stack's database ${name} has, and a major upgrade is none of an update's: it stops the database for minutes and cannot be taken back`,
      `${version}, which it has`,
      `pulumi config set databaseVersion ${version}; or take a backup, raise it (doctl databases fork, or databases upgrade ${id ?? 'ID'} at DigitalOcean), then pulumi refresh and pulumi config set databaseVersion ${wanted.version}`,
    )
  }
}

/** The engine deletes what a program no longer has. */
function checkStays(state: Former[], name: string, key: string): void {
  const protects = ofKind(state, 'ManagedDatabase')[0]?.outputs.protects
  if (protects === false) return
  throw new RunError(
    `database is not managed, but this stack has the database cluster ${name} and would delete it, with every row and its backups. Fix, one of:\n` +
      '    the stack goes on with it: pulumi config set database managed\n' +
      '    it stays beside another one: pulumi config set databaseBeside managed\n' +
      `    the rows are given up: pulumi config set ${key} managed && pulumi config set --path 'allowDelete[0]' database && pulumi up, then pulumi config rm ${key} && pulumi up\n` +
      'Nothing was created or changed.',
  )
}
