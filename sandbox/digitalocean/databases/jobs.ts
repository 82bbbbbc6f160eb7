import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import { Turns } from '../../turns.ts'
import type { Context } from '../context.ts'
import { unassign } from '../membership.ts'
import { clustersOf, onlineCluster } from './find.ts'
import { type DatabaseRow, databaseUrn } from './rows.ts'

/** A server that ends so soon after its start would again. */
const SOON_MS = 10_000

/** Does to the servers what the account says, in the background, and carries it on after a restart. */
export class ClusterJobs {
  readonly #context: Context
  readonly #busy = new Map<string, Promise<void>>()
  readonly #started = new Map<string, number>()
  /** Changes of a cluster, each of what the one before has left. */
  readonly #turns = new Turns<string>()

  constructor(context: Context) {
    this.#context = context
    context.databases.onEnd((id, reason) => this.#ended(id, reason))
  }

  /** A new cluster is `creating` until its server answers; one whose server cannot be made is gone. */
  create(row: DatabaseRow): void {
    const { databases } = this.#context
    const [admin] = row.users
    this.#run(
      row,
      async () => {
        // Left over from a start that was interrupted: nobody has used it yet.
        await databases.create(row.id, admin?.password ?? '', row.version)
        row.status = 'online'
        this.#started.set(row.id, Date.now())
      },
      async (reason) => {
        this.#fail(row, `could not be created: ${reason}`)
        await this.#destroy(row)
      },
    )
  }

  /** Does what a request asks of what the path's cluster holds, after all that was asked before. */
  take<T>(request: FastifyRequest, job: (cluster: DatabaseRow) => Promise<T>): Promise<T> {
    const { state } = this.#context.store
    const { id } = onlineCluster(state, request)
    return this.#turns.take(id, async () => job(onlineCluster(state, request)))
  }

  /** What takes time and changes nothing that runs. */
  change(row: DatabaseRow, status: DatabaseRow['status'], to: Partial<DatabaseRow>): void {
    Object.assign(row, { status, pending: { ...row.pending, ...to } })
    this.#context.store.changed()
    this.#run(row, async () => {
      Object.assign(row, row.pending, { status: 'online' })
      delete row.pending
    })
  }

  /** Waits for what goes on and removes the server with all its data. */
  async remove(row: DatabaseRow): Promise<void> {
    while (this.#busy.has(row.id)) await this.#busy.get(row.id)
    await this.#turns.take(row.id, () => this.#destroy(row))
  }

  async #destroy(row: DatabaseRow): Promise<void> {
    const { databases, store } = this.#context
    await databases.destroy(row.id)
    const clusters = clustersOf(store.state)
    if (clusters.includes(row)) clusters.splice(clusters.indexOf(row), 1)
    unassign(store.state, databaseUrn(row.id))
    store.changed()
  }

  /** Starts the servers that there were when the sandbox ended. */
  resume(): void {
    const { databases, store } = this.#context
    for (const row of clustersOf(store.state)) {
      row.place = databases.placed(row.id) ?? row.place
      if (row.status === 'creating') this.create(row)
      else this.#start(row, 0)
    }
  }

  /** Until the server answers the cluster is on its way, and so it stays if it cannot start. */
  #start(row: DatabaseRow, ms?: number): void {
    const { databases } = this.#context
    if (row.status === 'online') row.status = 'migrating'
    this.#run(
      row,
      async () => {
        await databases.start(row.id)
        await databases.setPools(row.id, row.pools, row.users)
        delete this.#context.store.state.failures[row.id]
        this.#started.set(row.id, Date.now())
        if (row.pending) this.change(row, row.status, row.pending)
        else row.status = 'online'
      },
      async (reason) => this.#fail(row, `does not start: ${reason}`),
      ms,
    )
  }

  /** The provider starts a server anew that has ended. */
  #ended(id: string, reason: string): void {
    const { store, log } = this.#context
    const row = clustersOf(store.state).find((one) => one.id === id)
    if (!row) return
    log(`database cluster ${row.name}: ${reason}`)
    if (Date.now() - (this.#started.get(id) ?? 0) > SOON_MS) this.#start(row)
    else {
      row.status = 'migrating'
      this.#fail(row, reason)
    }
    store.changed()
  }

  /** Who asks for the cluster next learns why. */
  #fail({ id, name }: DatabaseRow, why: string): void {
    const reason = `Database cluster ${name}: ${why}`
    this.#context.store.state.failures[id] = { reason, told: false }
  }

  /** One thing at a time for each cluster. */
  #run(
    row: DatabaseRow,
    work: () => Promise<void>,
    failed: (reason: string) => Promise<void> = async () => {},
    ms = this.#context.settleMs,
  ): void {
    const { actions, store, log } = this.#context
    const before = this.#busy.get(row.id) ?? Promise.resolve()
    const done = async () => {
      await before
      await sleep(ms, undefined, { ref: false })
      if (actions.closed) return
      await this.#turns
        .take(row.id, work)
        .catch(async ({ message }: Error) => {
          log(`database cluster ${row.name}: ${message}`)
          // A sandbox that ends ends what starts, too.
          if (!actions.closed) await failed(message)
        })
        .catch(({ message }: Error) => log(`database cluster ${row.name}: ${message}`))
      store.changed()
    }
    const job = done().finally(() => {
      if (this.#busy.get(row.id) === job) this.#busy.delete(row.id)
    })
    this.#busy.set(row.id, job)
    actions.background(job)
  }
}
