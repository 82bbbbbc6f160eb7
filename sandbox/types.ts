/**
 * The seams between the sandbox's parts. Each part is started by its own `start…` function and
 * knows the others only through these types; `sandbox/main.ts` joins them.
 */

/** What a droplet's hypervisor must know to boot it. */
export interface MachineSpec {
  /** The droplet's id at the API. */
  id: number
  name: string
  region: string
  /** The API's image slug, `debian-13-x64`. */
  image: string
  vcpus: number
  /** Memory of the droplet's size, in MiB. */
  memoryMiB: number
  /** Disk of the droplet's size, in GiB. */
  diskGiB: number
  /** User data exactly as it was posted; absent if none was. */
  userData?: string
  /** The account's ssh keys chosen for this droplet, in authorized_keys form. */
  publicKeys: string[]
  /** The droplet's public address, a loopback address of its own. */
  publicAddress: string
}

/** Where a machine's port can be reached from this computer. */
export interface Endpoint {
  host: string
  port: number
}

/**
 * Network disks, which outlive the machines that they are attached to. What an interrupted action
 * has done already may be done again.
 */
export interface Volumes {
  /** Makes an empty one, or one with what a snapshot has. */
  create(id: string, gib: number, snapshot?: string): Promise<void>
  /** Removes a volume that is attached to nothing; content with one that is gone. */
  remove(id: string): Promise<void>
  /** Makes it larger, also while a machine uses it, which sees the new size at once. */
  grow(id: string, gib: number): Promise<void>
  /** Plugs it into the machine, which may be off; the machine names the device by `name`. */
  attach(machine: number, volume: { id: string; name: string }): Promise<void>
  /** Pulls it out, whatever the machine does with it at the moment. */
  detach(machine: number, id: string): Promise<void>
  /** Copies the volume as it is at one moment. */
  snapshot(id: string, snapshot: string): Promise<void>
  removeSnapshot(snapshot: string): Promise<void>
}

/** What a loss of power left of a volume. */
export interface PowerLoss {
  id: string
  name: string
  /** Flushes that the guest was told had come to an end since the log began. */
  flushes: number
  /** Bytes written up to the last of them, or past the cache: all of them are there. */
  safeBytes: number
  /** Bytes written later: lost, but for `survivedBytes` of them. */
  looseBytes: number
  survivedBytes: number
}

/** The hypervisor: real machines under QEMU, or none at all in the engine tests. */
export interface Machines {
  /** Makes the disk and boots; resolves once the machine runs (not once its system is up). */
  create(spec: MachineSpec): Promise<void>
  /** Ends the machine and removes all its files; content with a machine that is gone. */
  destroy(id: number): Promise<void>
  powerOn(id: number): Promise<void>
  /** Pulls the plug. */
  powerOff(id: number): Promise<void>
  /**
   * Logs from now on what a machine that runs writes to its volumes, until it ends: so that a loss of
   * power is true to what was flushed.
   */
  logWrites(id: number): Promise<void>
  /**
   * Cuts the machine off, leaves of each volume what its disk has kept, and boots it again.
   * @param seed of the writes after the last flush that survive; none does without it
   * @throws if a volume's writes are not logged
   */
  losePower(id: number, seed?: number): Promise<PowerLoss[]>
  /** Asks the system to shut down, and pulls the plug after 30 s. */
  shutdown(id: number): Promise<void>
  /** Resizes a machine that is off. */
  resize(id: number, size: { vcpus: number; memoryMiB: number; diskGiB: number }): Promise<void>
  /** The forward to a TCP port of the machine, made on first use; undefined while it is off. */
  forward(id: number, port: number): Promise<Endpoint | undefined>
  status(id: number): 'on' | 'off' | 'absent'
  volumes: Volumes
  /** Ends every machine and keeps their disks; used when the sandbox stops. */
  close(): Promise<void>
}

/** The internet, or the private network (VPC) that a cluster and droplets have together. */
export type Network = 'public' | 'private'

/** Where a cluster of databases is reached. */
export interface DatabasePlace {
  /** From anywhere. */
  host: string
  /** From the droplets of its private network. */
  privateHost: string
  port: number
  /** Of its connection pools. */
  poolPort: number
}

/** A pool of connections that a cluster keeps open (PgBouncer). */
export interface DatabasePool {
  name: string
  database: string
  /** The client's own if absent. */
  user?: string
  /** Connections to the server. */
  size: number
  mode: 'session' | 'transaction' | 'statement'
}

/** The servers of the account's database clusters: real ones, or none where a test needs the API alone. */
export interface DatabaseServers {
  /** Chooses where a cluster will be reached, for good. */
  place(id: string): Promise<DatabasePlace>
  /** Where it is reached, with the names that machines know now; undefined where nobody has chosen. */
  placed(id: string): DatabasePlace | undefined
  /**
   * Makes its server with the user doadmin and the database defaultdb, and starts it.
   * @param version the major one that the account has it as; the newest if absent
   */
  create(id: string, password: string, version?: string): Promise<void>
  /** Starts the server of a cluster that was made before. */
  start(id: string): Promise<void>
  /** The certificate of its own authority, PEM. */
  ca(id: string): Promise<string>
  createUser(id: string, name: string, password: string): Promise<void>
  setPassword(id: string, name: string, password: string): Promise<void>
  /** What the user owns becomes doadmin's. */
  dropUser(id: string, name: string): Promise<void>
  /** Its owner is doadmin. */
  createDatabase(id: string, name: string): Promise<void>
  dropDatabase(id: string, name: string): Promise<void>
  /** @param users all that there are, with their passwords */
  setPools(
    id: string,
    pools: DatabasePool[],
    users: { name: string; password: string }[],
  ): Promise<void>
  /** A droplet that its firewall admits begins a connection to this port, over this network. */
  expect(id: string, port: number, over: Network): Promise<void>
  /** Calls the listener where a server ended by itself; it is not running then. */
  onEnd(listener: (id: string, reason: string) => void): void
  /** Ends the server and removes all its files; content with one that is gone. */
  destroy(id: string): Promise<void>
  /** Ends all servers and keeps their data. */
  close(): Promise<void>
}

/** What the ingress and the name server ask the simulated cloud. */
export interface Cloud {
  /** All loopback addresses that reach a droplet: its own, and a reserved one assigned to it. */
  addresses(): { address: string; dropletId: number }[]
  /** Does the cloud firewall let this through? All is open until a firewall covers the droplet. */
  admits(dropletId: number, protocol: 'tcp' | 'udp', port: number, source: string): boolean
  /** Does the cloud firewall let the droplet reach this? All is open until one covers it. */
  admitsOutbound(
    dropletId: number,
    protocol: 'tcp' | 'udp' | 'icmp',
    port: number,
    destination: string,
  ): boolean
  /** The TCP ports named one by one in inbound rules; the ingress listens on them as well. */
  inboundPorts(): number[]
  /** Records of the simulated zones; `undefined` if no zone here is authoritative for the name. */
  resolve(name: string, type: string): { type: string; data: string; ttl: number }[] | undefined
  /** Called after every change of the above. */
  onChange(listener: () => void): void
}

/** A fault that a test asks the simulated APIs for. */
export interface FaultRule {
  /** Only this method, any if absent. */
  method?: string
  /** A regular expression on the path, any if absent. */
  path?: string
  /** Share of the matching requests that fail, 0 to 1; 1 if absent. */
  share?: number
  /** How many failures in all before the rule is spent; endless if absent. */
  times?: number
  /**
   * Answer with this status; drop the connection before the request is looked at, or lose the
   * answer after all was done; or answer only after the delay.
   */
  fault:
    | { status: number; retryAfterSeconds?: number; message?: string }
    | 'drop'
    | 'lose'
    | { delayMs: number }
}

/** What every simulated API offers to the sandbox beside its own protocol. */
export interface SimulatedApi {
  /** Base URL, `http://127.0.0.1:8470`. */
  url: string
  /** Replaces the active fault rules. */
  setFaults(rules: FaultRule[], seed?: number): void
  /** Requests that met a fault, since the start. */
  faultsMet(): number
  /** Requests since the start, by `METHOD /path/with/:id`. */
  calls(): Record<string, number>
  /** All that exists now, one line a thing: for `padlock sandbox status` and proofs of emptiness. */
  inventory(): { kind: string; id: string; name: string }[]
  close(): Promise<void>
}
