/** The servers behind the simulated account's database clusters: real PostgreSQL, real PgBouncer. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, writeAtomically } from '../files.ts'
import { lazily } from '../lazily.ts'
import { freePort } from '../ports.ts'
import { ensurePrerequisites } from '../prerequisites.ts'
import type { DatabasePlace, DatabaseServers } from '../types.ts'
import { type Gate, startGate } from './gate.ts'
import { Pooler } from './pooler.ts'
import { INSIDE, PostgresServer } from './server.ts'
import * as statements from './sql.ts'

export interface DatabasesOptions {
  /** The sandbox's state; everything of a cluster lies in `databases/ID` in it. */
  dir: string
  /** Where clients reach the clusters. */
  host: string
  /** Names that lead there, and from inside machines too. */
  names: { public: string; private: string }
  /** Does the cluster's firewall let an address in that is no droplet's? */
  admits(id: string, address: string): boolean
  log: (line: string) => void
}

/** A cluster that runs. */
interface Running {
  server: PostgresServer
  pooler: Pooler
  place: DatabasePlace
  gates: Gate[]
}

export async function startDatabases(options: DatabasesOptions): Promise<DatabaseServers> {
  const { dir, host, names, admits, log } = options
  const clusters = new Map<string, Promise<Running>>()
  const folderOf = (id: string) => join(dir, 'databases', id)
  const postgres = lazily(() => ensurePrerequisites(['postgresql'], log))
  const pgbouncer = lazily(() => ensurePrerequisites(['pgbouncer'], log))
  const places = new Map<string, DatabasePlace>()
  for (const id of await readdir(join(dir, 'databases')).catch(() => [])) {
    const text = await readIfThere(join(folderOf(id), 'place.json'))
    if (text !== undefined) places.set(id, JSON.parse(text))
  }

  const open = async (id: string, prepare: (server: PostgresServer) => Promise<void>) => {
    const place = places.get(id)
    if (!place) throw new Error(`the cluster ${id} has no place`)
    await postgres()
    const common = { folder: folderOf(id), dir, id, names: [place.host, place.privateHost] }
    const server = new PostgresServer({ ...common, port: place.port })
    const pooler = new Pooler({ ...common, port: place.port }, place.poolPort)
    await prepare(server)
    const gates = await Promise.all(
      [place.port, place.poolPort].map((port) =>
        startGate({ host, port }, { host: INSIDE, port }, (address) => admits(id, address)),
      ),
    )
    return { server, pooler, place, gates }
  }
  const running = (id: string): Promise<Running> => {
    const one = clusters.get(id)
    if (!one) throw new Error(`the cluster ${id} has no server`)
    return one
  }
  const begin = async (id: string, prepare: (server: PostgresServer) => Promise<void>) => {
    const starting = open(id, prepare)
    clusters.set(id, starting)
    await starting.catch((error) => {
      clusters.delete(id)
      throw error
    })
  }
  const end = async (id: string) => {
    const one = await clusters.get(id)?.catch(() => undefined)
    clusters.delete(id)
    await Promise.all(one?.gates.map((gate) => gate.close()) ?? [])
    await one?.pooler.stop()
    await one?.server.stop()
  }
  const run = async (id: string, ...lines: string[]) =>
    void (await (await running(id)).server.sql(lines))

  return {
    async place(id) {
      const [port, poolPort] = [await freePort(host), await freePort(host)]
      const place = { host: names.public, privateHost: names.private, port, poolPort }
      places.set(id, place)
      await writeAtomically(join(folderOf(id), 'place.json'), JSON.stringify(place))
      return place
    },
    create: (id, password) => begin(id, (server) => server.make(password)),
    start: (id) => begin(id, (server) => server.start()),
    ca: async (id) => (await running(id)).server.ca(),
    createUser: (id, name, password) => run(id, statements.createUser(name, password)),
    setPassword: (id, name, password) => run(id, statements.setPassword(name, password)),
    async dropUser(id, name) {
      const { server } = await running(id)
      await server.sql(statements.dropUser(name, await server.databases()))
    },
    createDatabase: (id, name) => run(id, statements.createDatabase(name)),
    dropDatabase: (id, name) => run(id, statements.dropDatabase(name)),
    async setPools(id, pools, users) {
      if (pools.length > 0) await pgbouncer()
      await (await running(id)).pooler.set(pools, users)
    },
    async expect(id, port) {
      const { place, gates } = await running(id)
      gates[port === place.port ? 0 : 1]?.expect()
    },
    async destroy(id) {
      await end(id)
      places.delete(id)
      await rm(folderOf(id), { recursive: true, force: true })
    },
    async close() {
      await Promise.all([...clusters.keys()].map(end))
    },
  }
}
