import { setTimeout as sleep } from 'node:timers/promises'
import { type Region, regionBySlug } from './catalogue.ts'
import type { Context } from './context.ts'
import { notFound } from './errors.ts'
import { page, param } from './request.ts'
import { type ActionRow, type Store, timestamp } from './state.ts'
import { regionView } from './views.ts'

/** Does the slow part and gives back the change of state that makes the action complete. */
export type Work = (action: ActionRow) => Promise<() => void>

/** Actions take time, run in the background, and are carried on when the sandbox starts again. */
export class Actions {
  readonly #store: Store
  readonly #actionMs: number
  readonly #hold: () => Promise<void> | undefined
  readonly #log: (line: string) => void
  readonly #works = new Map<
    string,
    { work: Work; failed?: (action: ActionRow, why: string) => void }
  >()
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  /** @param options.hold what an action waits for beside its time */
  constructor(options: {
    store: Store
    actionMs: number
    hold?: () => Promise<void> | undefined
    log: (line: string) => void
  }) {
    this.#store = options.store
    this.#actionMs = options.actionMs
    this.#hold = options.hold ?? (() => undefined)
    this.#log = options.log
  }

  /** Says how actions of a type are done, and what else happens when one fails. */
  define(type: string, work: Work, failed?: (action: ActionRow, why: string) => void): void {
    this.#works.set(type, { work, ...(failed && { failed }) })
  }

  start(
    row: Pick<ActionRow, 'type' | 'resourceType' | 'resourceId' | 'region' | 'params'>,
  ): ActionRow {
    const action: ActionRow = {
      id: this.#store.takeId(),
      status: 'in-progress',
      startedAt: timestamp(),
      completedAt: null,
      ...row,
    }
    const { actions } = this.#store.state
    actions.push(action)
    if (actions.length > KEPT) actions.splice(0, actions.length - KEPT)
    this.#store.changed()
    this.#run(action)
    return action
  }

  /** Takes up again what was in progress when the sandbox ended. */
  resume(): void {
    for (const action of this.#store.state.actions) {
      if (action.status === 'in-progress') this.#run(action)
    }
  }

  /**
   * Does an action go on? A droplet has one queue for its own actions and those of its volumes and
   * reserved address (digitalocean/terraform-provider-digitalocean, volume/resource_volume_attachment.go).
   * @param id the row's `resourceId`, or the volume's id
   */
  pending(resourceType: ActionRow['resourceType'], id: number | string): boolean {
    return this.#store.state.actions.some(
      ({ status, params, ...action }) =>
        status === 'in-progress' &&
        ((action.resourceType === resourceType && action.resourceId === id) ||
          (resourceType === 'droplet' && params.dropletId === id) ||
          (resourceType === 'volume' && params.volumeId === id)),
    )
  }

  /** Runs a job in the background; `settled` waits for it. */
  background(job: Promise<void>): void {
    const tracked = job.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  /** Resolves once nothing runs in the background. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  get closed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Leaves what runs as it is, to be resumed at the next start. */
  close(): void {
    this.#closing.abort()
  }

  #run(action: ActionRow): void {
    this.background(this.#carryOut(action))
  }

  async #carryOut(action: ActionRow): Promise<void> {
    const defined = this.#works.get(action.type)
    let failure: string | undefined
    try {
      if (!defined) throw new Error(`actions of type ${action.type} are not simulated`)
      const signal = this.#closing.signal
      const [apply] = await Promise.all([
        defined.work(action),
        sleep(this.#actionMs, undefined, { signal, ref: false }),
        this.#hold(),
      ])
      if (this.closed) return
      apply()
    } catch (error) {
      if (this.closed) return
      failure = error instanceof Error ? error.message : String(error)
    }
    action.status = failure === undefined ? 'completed' : 'errored'
    action.completedAt = timestamp()
    if (failure !== undefined) {
      const id = action.resourceId ?? action.params.volumeId
      this.#log(`${action.type} of ${action.resourceType} ${id} failed: ${failure}`)
      defined?.failed?.(action, failure)
    }
    this.#store.changed()
  }
}

/** How many actions the account remembers. */
const KEPT = 1000

export function actionView(action: ActionRow): Record<string, unknown> {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: action.startedAt,
    completed_at: action.completedAt,
    resource_id: action.resourceId,
    resource_type: action.resourceType,
    region: regionView(regionBySlug(action.region) as Region),
    region_slug: action.region,
  }
}

/** `/v2/actions`: all actions of the account, latest first. */
export function actionRoutes({ app, store }: Context): void {
  app.get('/v2/actions', async (request) =>
    page(request, 'actions', [...store.state.actions].reverse(), actionView),
  )
  app.get('/v2/actions/:action_id', async (request) => {
    const id = param(request, 'action_id')
    const action = store.state.actions.find((each) => String(each.id) === id)
    if (!action) throw notFound()
    return { action: actionView(action) }
  })
}
