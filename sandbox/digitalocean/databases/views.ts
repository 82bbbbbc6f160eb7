import { defaultProject, projectOf } from '../membership.ts'
import type { State } from '../state.ts'
import { databaseVersion } from './catalogue.ts'
import {
  type DatabasePoolRow,
  type DatabaseRow,
  type DatabaseRuleRow,
  type DatabaseUserRow,
  databaseUrn,
} from './rows.ts'

interface Connection {
  host: string
  port: number
  database: string
  user: string
  password: string
}

function connection({ host, port, database, user, password }: Connection) {
  const uri = `postgresql://${user}:${password}@${host}:${port}/${database}?sslmode=require`
  return { protocol: 'postgresql', uri, database, host, port, user, password, ssl: true }
}

export const userView = ({ name, role, password }: DatabaseUserRow) => ({ name, role, password })

export const ruleView = (rule: DatabaseRuleRow, { id }: DatabaseRow) => ({
  uuid: rule.id,
  cluster_uuid: id,
  type: rule.type,
  value: rule.value,
  created_at: rule.createdAt,
})

/** The primary user, whom no request removes. */
export const primary = (row: DatabaseRow): DatabaseUserRow => row.users[0] as DatabaseUserRow

export function poolView(pool: DatabasePoolRow, row: DatabaseRow) {
  const { name, mode, size, database } = pool
  const user = row.users.find((one) => one.name === pool.user) ?? primary(row)
  const { host, privateHost, poolPort: port } = row.place
  const as = { port, database: name, user: user.name, password: user.password }
  return {
    name,
    mode,
    size,
    db: database,
    user: pool.user ?? '',
    connection: connection({ host, ...as }),
    private_connection: connection({ host: privateHost, ...as }),
  }
}

export function clusterView(row: DatabaseRow, state: State) {
  const { host, privateHost, port } = row.place
  const { name: user, password } = primary(row)
  const ends = databaseVersion(row.version)
  const as = { port, database: 'defaultdb', user, password }
  return {
    id: row.id,
    name: row.name,
    engine: 'pg',
    version: row.version,
    semantic_version: row.version,
    connection: connection({ host, ...as }),
    private_connection: connection({ host: privateHost, ...as }),
    metrics_endpoints: [],
    users: row.users.map(userView),
    db_names: row.databases,
    num_nodes: row.nodes,
    region: row.region,
    status: row.status,
    maintenance_window: { ...row.maintenance, pending: false, description: [] },
    created_at: row.createdAt,
    size: row.size,
    private_network_uuid: row.vpcId,
    tags: row.tags.length > 0 ? row.tags : null,
    project_id: (projectOf(state, databaseUrn(row.id)) ?? defaultProject(state)).id,
    version_end_of_life: ends?.endOfLife ?? null,
    version_end_of_availability: ends?.endOfAvailability ?? null,
    storage_size_mib: row.storageMiB,
  }
}
