import { randomInt, randomUUID } from 'node:crypto'
import { readIfThere, writeAtomically } from '../files.ts'
import type { SpacesKey } from '../spaces/grants.ts'
import type { DatabaseRow } from './databases/rows.ts'
import type { SnapshotRow, VolumeRow } from './volumes/rows.ts'

export interface KeyRow {
  id: number
  name: string
  publicKey: string
  fingerprint: string
}

export interface BackupPolicy {
  plan: string
  weekday?: string
  hour: number
}

export interface DropletRow {
  id: number
  name: string
  region: string
  size: string
  image: string
  /** GiB; stays when a resize leaves the disk as it is. */
  disk: number
  status: 'new' | 'active' | 'off'
  createdAt: string
  backups: BackupPolicy | null
  monitoring: boolean
  agent: boolean
  publicNetworking: boolean
  publicAddress: string
  privateAddress: string
  privateNetmask: string
  privateGateway: string
  ipv6Address: string | null
  vpcId: string
  tags: string[]
  publicKeys: string[]
  userData?: string
  /** Its machine is being removed; it answers 404 once that is done. */
  deleting?: true
}

export interface ActionRow {
  id: number
  type: string
  status: 'in-progress' | 'completed' | 'errored'
  startedAt: string
  completedAt: string | null
  resourceType: 'droplet' | 'reserved_ip' | 'volume'
  /** The droplet's id, or the reserved address read as a number; null for a volume. */
  resourceId: number | null
  region: string
  /** What the action was asked with, to carry it on after a restart. */
  params: Record<string, unknown>
}

export interface Peers {
  addresses?: string[]
  tags?: string[]
  droplet_ids?: number[]
  load_balancer_uids?: string[]
  kubernetes_ids?: string[]
}

export interface RuleRow {
  protocol: 'tcp' | 'udp' | 'icmp'
  /** `80`, `8000-9000`, or `0` for all. */
  ports: string
  peers: Peers
}

export interface FirewallRow {
  id: string
  name: string
  createdAt: string
  inbound: RuleRow[]
  outbound: RuleRow[]
  dropletIds: number[]
  tags: string[]
  /** Until then (ms since 1970) the API calls it `waiting` for the droplets it covers. */
  settlesAt: number
}

export interface RecordRow {
  id: number
  type: string
  /** Relative to the zone, `@` for the zone itself. */
  name: string
  /** Host names without their last dot, as the API gives them back. */
  data: string
  priority: number | null
  port: number | null
  ttl: number
  weight: number | null
  flags: number | null
  tag: string | null
}

export interface DomainRow {
  name: string
  ttl: number
  serial: number
  records: RecordRow[]
}

export interface ReservedIpRow {
  ip: string
  region: string
  dropletId: number | null
}

export interface ProjectRow {
  id: string
  name: string
  description: string
  purpose: string
  environment: string
  isDefault: boolean
  createdAt: string
  updatedAt: string
  /** Until then (ms since 1970) resources are still on their way to another project. */
  movingUntil: number
  resources: { urn: string; assignedAt: string }[]
}

export interface RegistryRow {
  name: string
  region: string
  createdAt: string
}

/** A login at the registry, as long as nobody revokes it. */
export interface RegistryTokenRow {
  token: string
  registry: string
  write: boolean
  expiresAt: string
}

export interface VpcRow {
  id: string
  name: string
  description: string
  region: string
  ipRange: string
  isDefault: boolean
  createdAt: string
}

export interface State {
  version: 1
  account: { uuid: string; teamUuid: string; ownerId: number }
  nextId: number
  nextPublic: number
  nextReserved: number
  keys: KeyRow[]
  droplets: DropletRow[]
  actions: ActionRow[]
  firewalls: FirewallRow[]
  domains: DomainRow[]
  reservedIps: ReservedIpRow[]
  projects: ProjectRow[]
  tags: string[]
  vpcs: VpcRow[]
  /** Absent in states of before there were registries. */
  registries?: RegistryRow[]
  registryTokens?: RegistryTokenRow[]
  /** Absent in states of before there were volumes; `volumes/rows.ts` gives the lists. */
  volumes?: VolumeRow[]
  snapshots?: SnapshotRow[]
  databases?: DatabaseRow[]
  spacesKeys?: SpacesKey[]
  registrySubscription?: { tier: string; createdAt: string; updatedAt: string }
  /** Why a droplet came to nothing, by its id, and whether a client has been told. */
  failures: Record<string, { reason: string; told: boolean }>
}

export const timestamp = (at = new Date()): string => `${at.toISOString().slice(0, 19)}Z`

/** All that the account holds, kept in one file that is written after every change. */
export class Store {
  readonly state: State
  readonly #file: string
  readonly #listeners = new Set<() => void>()
  #writing: Promise<void> | undefined
  #stale = false
  #failure: Error | undefined

  /** Loads the file, or begins with an empty account if there is none. */
  static async open(file: string): Promise<Store> {
    const text = await readIfThere(file)
    if (text === undefined) return new Store(file, emptyState())
    const state = parse(text)
    if (state) return new Store(file, state)
    throw new Error(
      `${file} is not the state of a DigitalOcean simulator (version 1). Move it away to begin with an empty account.`,
    )
  }

  private constructor(file: string, state: State) {
    this.#file = file
    this.state = state
  }

  /** Must follow every change of `state`: tells the listeners and writes the file. */
  changed(): void {
    for (const listener of this.#listeners) listener()
    this.#stale = true
    this.#writing ??= this.#write()
  }

  /** Resolves once all changes so far are on disk; rejects if they could not be written. */
  async saved(): Promise<void> {
    await this.#writing
    if (this.#failure) {
      throw new Error(
        `the sandbox cannot keep its state in ${this.#file}: ${this.#failure.message}`,
      )
    }
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** A number that no other object of the account has. */
  takeId(): number {
    return this.state.nextId++
  }

  async #write(): Promise<void> {
    while (this.#stale) {
      this.#stale = false
      try {
        await writeAtomically(this.#file, `${JSON.stringify(this.state, null, 1)}\n`)
        this.#failure = undefined
      } catch (error) {
        this.#failure = error as Error
      }
    }
    this.#writing = undefined
  }
}

function parse(text: string): State | undefined {
  try {
    const state = JSON.parse(text) as State
    return state?.version === 1 && Array.isArray(state.droplets) ? state : undefined
  } catch {
    return undefined
  }
}

function emptyState(): State {
  const createdAt = timestamp()
  return {
    version: 1,
    account: { uuid: randomUUID(), teamUuid: randomUUID(), ownerId: randomInt(1e6, 1e7) },
    nextId: randomInt(4e8, 5e8),
    // A random start, so that two sandboxes on one computer rarely meet on an address.
    nextPublic: randomInt(0xffff),
    nextReserved: randomInt(0xffff),
    keys: [],
    droplets: [],
    actions: [],
    firewalls: [],
    domains: [],
    reservedIps: [],
    projects: [
      {
        id: randomUUID(),
        name: 'sandbox',
        description: 'The account’s default project',
        purpose: 'Just trying out DigitalOcean',
        environment: 'Development',
        isDefault: true,
        createdAt,
        updatedAt: createdAt,
        movingUntil: 0,
        resources: [],
      },
    ],
    tags: [],
    vpcs: [],
    failures: {},
  }
}
