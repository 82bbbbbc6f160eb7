/** The servers behind the simulated account's database clusters: real PostgreSQL, real PgBouncer. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openAuthority } from '../ca/index.ts'
import { readIfThere, writeAtomically } from '../files.ts'
import { lazily } from '../lazily.ts'
import { freePort } from '../ports.ts'
import { ensurePrerequisites } from '../prerequisites.ts'
import { Turns } from '../turns.ts'
import type { DatabasePlace, DatabaseServers, Network } from '../types.ts'
import { type Gate, startGate } from './gate.ts'
import { Pooler } from './pooler.ts'
import { INSIDE, PostgresServer } from './server.ts'
import * as statements from './sql.ts'

/** Before PgBouncer is started again where that has failed. */
const AGAIN_MS = 1000

export interface DatabasesOptions {
  /** The sandbox's state; everything of a cluster lies in `databases/ID` in it. */
  dir: string
  /** Addresses of this computer where clients reach the clusters: from anywhere, and as droplets do. */
  hosts: Record<Network, string>
  /** Names that lead there; the private one inside machines alone. */
  names: Record<Network, string>
  /** Does the cluster's firewall let an address of the internet in that is no droplet's? */
  admits(id: string, address: string): boolean
  log: (line: string) => void
}

/** A cluster that runs. */
interface Running {
  server: PostgresServer
  pooler: Pooler
  place: DatabasePlace
  gates: OpenGate[]
}

interface OpenGate extends Gate {
  port: number
  over: Network
}

export async function startDatabases(options: DatabasesOptions): Promise<DatabaseServers> {
  const { dir, hosts, names, admits, log } = options
  const clusters = new Map<string, Running>()
  const folderOf = (id: string) => join(dir, 'databases', id)
  const postgres = lazily(() => ensurePrerequisites(['postgresql'], log))
  const pgbouncer = lazily(() => ensurePrerequisites(['pgbouncer'], log))
  const places = new Map<string, DatabasePlace>()
  for (const id of await readdir(join(dir, 'databases')).catch(() => [])) {
    const text = await readIfThere(join(folderOf(id), 'place.json'))
    // Machines know the names of now, whatever they were when it was made.
    if (text !== undefined) places.set(id, { ...JSON.parse(text), ...hostsOf(names) })
  }

  let closed = false
  let died = (_id: string, _reason: string) => {}
  // Where a cluster starts, changes and ends, these do not meet.
  const turns = new Turns<string>()

  const open = async (id: string, prepare: (server: PostgresServer) => Promise<void>) => {
    const place = places.get(id)
    if (!place) throw new Error(`the cluster ${id} has no place`)
    if (closed) throw new Error('the sandbox ends')
    await postgres()
    const common = { folder: folderOf(id), dir, id, names: [place.host, place.privateHost] }
    const ended = (reason: string) => {
      turns.take(id, () => end(id)).then(() => died(id, reason))
    }
    const server = new PostgresServer({ ...common, port: place.port, died: ended })
    const poolerEnded = (reason: string) => {
      log(`the connection pools of ${id} are started again: ${reason}`)
      void restart(id, pooler)
    }
    const own = { ...common, port: place.port, died: poolerEnded }
    const pooler: Pooler = new Pooler(own, place.poolPort)
    try {
      await prepare(server)
      const gates = await openGates(id, place)
      return { server, pooler, place, gates }
    } catch (error) {
      await server.stop()
      throw error
    }
  }
  const restart = async (id: string, pooler: Pooler): Promise<void> => {
    const isIts = () => clusters.get(id)?.pooler === pooler
    const again = async () => (isIts() ? pooler.again() : undefined)
    while (isIts()) {
      const failed = await turns.take(id, again).catch((error: Error) => error)
      if (!failed) return
      log(failed.message)
      await sleep(AGAIN_MS, undefined, { ref: false })
    }
  }
  const openGates = async (id: string, place: DatabasePlace): Promise<OpenGate[]> => {
    const ways = [place.port, place.poolPort].flatMap((port) => [
      { port, over: 'public' as const, lets: (address: string) => admits(id, address) },
      // There is no way in from outside: droplets are announced.
      { port, over: 'private' as const, lets: () => false },
    ])
    const opened = await Promise.allSettled(
      ways.map(async ({ port, over, lets }) => {
        const from = { host: hosts[over], port }
        return { ...(await startGate(from, { host: INSIDE, port }, lets)), port, over }
      }),
    )
    const gates = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failed = opened.find((one) => one.status === 'rejected')
    if (!failed) return gates
    await Promise.all(gates.map((gate) => gate.close()))
    throw failed.reason
  }
  const running = (id: string): Running => {
    const one = clusters.get(id)
    if (!one) throw new Error(`the cluster ${id} has no server`)
    return one
  }
  const begin = (id: string, prepare: (server: PostgresServer) => Promise<void>) =>
    turns.take(id, async () => {
      if (!clusters.has(id)) clusters.set(id, await open(id, prepare))
    })
  const end = async (id: string) => {
    const one = clusters.get(id)
    clusters.delete(id)
    await Promise.all(one?.gates.map((gate) => gate.close()) ?? [])
    await one?.pooler.stop()
    await one?.server.stop()
  }
  const run = (id: string, ...lines: string[]) =>
    turns.take(id, async () => void (await running(id).server.sql(lines)))

  return {
    async place(id) {
      const [port, poolPort] = [await freePort(hosts.public), await freePort(hosts.public)]
      const place = { ...hostsOf(names), port, poolPort }
      places.set(id, place)
      await writeAtomically(join(folderOf(id), 'place.json'), JSON.stringify(place))
      return place
    },
    create: (id, password, version) => begin(id, (server) => server.make(password, version)),
    start: (id) => begin(id, (server) => server.start()),
    placed: (id) => places.get(id),
    ca: async (id) => (await openAuthority(folderOf(id))).rootPem,
    createUser: (id, name, password) => run(id, statements.createUser(name, password)),
    setPassword: (id, name, password) => run(id, statements.setPassword(name, password)),
    dropUser: (id, name) =>
      turns.take(id, async () => {
        const { server } = running(id)
        await server.sql(statements.dropUser(name, await server.databases()))
      }),
    createDatabase: (id, name) => run(id, statements.createDatabase(name)),
    dropDatabase: (id, name) => run(id, statements.dropDatabase(name)),
    setPools: (id, pools, users) =>
      turns.take(id, async () => {
        if (pools.length > 0) await pgbouncer()
        await running(id).pooler.set(pools, users)
      }),
    async expect(id, port, over) {
      const { gates } = running(id)
      gates.find((gate) => gate.port === port && gate.over === over)?.expect()
    },
    onEnd(listener) {
      died = listener
    },
    destroy: (id) =>
      turns.take(id, async () => {
        await end(id)
        places.delete(id)
        await rm(folderOf(id), { recursive: true, force: true })
      }),
    async close() {
      closed = true
      await Promise.all([...places.keys()].map((id) => turns.take(id, () => end(id))))
    },
  }
}

const hostsOf = (names: Record<Network, string>) => ({
  ...{ host: names.public, privateHost: names.private },
})
