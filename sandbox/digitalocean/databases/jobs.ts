import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { clustersOf } from './find.ts'
import type { DatabaseRow } from './rows.ts'

/** Does to the servers what the account says, in the background, and carries it on after a restart. */
export class ClusterJobs {
  readonly #context: Context
  readonly #busy = new Map<string, Promise<void>>()

  constructor(context: Context) {
    this.#context = context
  }

  /** A new cluster is `creating` until its server answers. */
  create(row: DatabaseRow): void {
    const { databases } = this.#context
    const [admin] = row.users
    this.#run(row, async () => {
      // Left over from a start that was interrupted: nobody has used it yet.
      await databases.create(row.id, admin?.password ?? '')
      row.status = 'online'
    })
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
    await this.#busy.get(row.id)
    await this.#context.databases.destroy(row.id)
  }

  /** Starts the servers that there were when the sandbox ended. */
  resume(): void {
    const { store, databases } = this.#context
    for (const row of clustersOf(store.state)) {
      if (row.status === 'creating') {
        this.create(row)
        continue
      }
      this.#run(
        row,
        async () => {
          await databases.start(row.id)
          await databases.setPools(row.id, row.pools, row.users)
        },
        0,
      )
      if (row.pending) this.change(row, row.status, row.pending)
    }
  }

  /** One thing at a time for each cluster. */
  #run(row: DatabaseRow, work: () => Promise<void>, ms = this.#context.settleMs): void {
    const { actions, store, log } = this.#context
    const before = this.#busy.get(row.id) ?? Promise.resolve()
    const job = before
      .then(() => sleep(ms, undefined, { ref: false }))
      .then(() => (actions.closed ? undefined : work()))
      .then(() => store.changed())
      .catch((error: Error) => log(`database cluster ${row.name}: ${error.message}`))
      .finally(() => {
        if (this.#busy.get(row.id) === job) this.#busy.delete(row.id)
      })
    this.#busy.set(row.id, job)
    actions.background(job)
  }
}
