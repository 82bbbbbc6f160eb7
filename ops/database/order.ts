/** The order of a move, out of the state: the host's program takes it over standard input. */
import type { StateResource } from '../engine/state.ts'

interface Direction {
  from: string
  to: string
  replace: boolean
}

/** How a secret looks in `pulumi stack export --show-secrets`: JSON in a text. */
const plain = (value: unknown): unknown => {
  const text = (value as { plaintext?: string } | undefined)?.plaintext
  return text === undefined ? value : JSON.parse(text)
}

/** The password of the database on the host (components/database/local.ts); there may be none. */
const LOCAL = 'padlock:index:LocalDatabase$random:index/randomPassword:RandomPassword::'

/**
 * @param resources of the state, secrets in plain text
 * @throws Error where the state has no managed database
 */
export function order(resources: StateResource[], direction: Direction): string {
  const cluster = one(resources, 'databaseCluster:DatabaseCluster')
  const user = one(resources, 'databaseUser:DatabaseUser')
  const database = one(resources, 'databaseDb:DatabaseDb')
  return JSON.stringify({
    ...direction,
    ...administrator(resources),
    host: plain(cluster.privateHost),
    port: plain(cluster.port),
    database: plain(database.name),
    app: plain(user.name),
    appPassword: plain(user.password),
    localPassword: localPassword(resources),
  })
}

/**
 * Who owns the databases of the cluster, and its storage (0 where nobody knows).
 * @param resources of the state, secrets in plain text
 * @throws Error where the state has no managed database
 */
export function administrator(resources: StateResource[]): {
  user: string
  password: string
  storageMiB: number
} {
  const cluster = one(resources, 'databaseCluster:DatabaseCluster')
  return {
    user: `${plain(cluster.user)}`,
    password: `${plain(cluster.password)}`,
    // A text (resource_database_cluster.go, storage_size_mib).
    storageMiB: Number(plain(cluster.storageSizeMib) ?? 0) || 0,
  }
}

/** Of the app's role in the database on the host; undefined where there is none. */
export function localPassword(resources: StateResource[]): string | undefined {
  const own = resources.find(({ urn }) => urn.includes(LOCAL))?.outputs
  return plain(own?.result) as string | undefined
}

function one(resources: StateResource[], type: string): Record<string, unknown> {
  const found = resources.find((each) => each.type === `digitalocean:index/${type}`)
  if (!found?.outputs)
    throw new Error('the state has no whole managed database yet. Fix: pulumi up')
  return found.outputs
}
