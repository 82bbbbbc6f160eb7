import type { DatabasePlace, DatabasePool } from '../../types.ts'

export interface DatabaseUserRow {
  name: string
  role: 'primary' | 'normal'
  password: string
}

/** Who may reach a cluster. */
export interface DatabaseRuleRow {
  id: string
  type: 'ip_addr' | 'droplet' | 'tag' | 'k8s' | 'app'
  value: string
  createdAt: string
}

/** A pool; without a user it is the client's. */
export type DatabasePoolRow = DatabasePool

export interface DatabaseRow {
  id: string
  name: string
  version: string
  size: string
  region: string
  nodes: number
  status: 'creating' | 'online' | 'resizing' | 'migrating'
  createdAt: string
  vpcId: string
  /** In its private network; droplets reach it there as the account sees it. */
  privateAddress: string
  place: DatabasePlace
  tags: string[]
  storageMiB: number
  maintenance: { day: string; hour: string }
  users: DatabaseUserRow[]
  databases: string[]
  /** Open to the internet while there is none. */
  rules: DatabaseRuleRow[]
  pools: DatabasePoolRow[]
  /** What is to change once what is under way is done. */
  pending?: Partial<DatabaseRow>
}

export const databaseUrn = (id: string): string => `do:dbaas:${id}`
