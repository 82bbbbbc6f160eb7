import type { PartStatus } from '../control.ts'

const RETRY_MS = 15_000

/** What is known of each part of the sandbox, for its status and for its log. */
export class Parts {
  #parts = new Map<string, PartStatus>()
  readonly #log: (line: string) => void

  constructor(log: (line: string) => void) {
    this.#log = log
  }

  set(name: string, state: PartStatus['state'], more: { where?: string; detail?: string } = {}) {
    const before = this.#parts.get(name)
    this.#parts.set(name, { name, state, where: more.where ?? before?.where, detail: more.detail })
    this.#log(`${name}: ${[state, more.where, more.detail].filter(Boolean).join(', ')}`)
  }

  list(): PartStatus[] {
    return [...this.#parts.values()]
  }

  /**
   * Work that goes on beside the sandbox's service: shown, and no reason to stop if it fails. It is
   * tried again then: a network that was away comes back.
   */
  async prepare(name: string, work: (progress: (detail: string) => void) => Promise<unknown>) {
    try {
      this.set(name, 'preparing')
      await work((detail) => this.set(name, 'preparing', { detail }))
      this.set(name, 'ready')
    } catch (error) {
      this.set(name, 'failed', { detail: (error as Error).message })
      setTimeout(() => void this.prepare(name, work), RETRY_MS).unref()
    }
  }
}
