/** Jobs that must not meet: those of one key are done one after the other, in their order. */
export class Turns<Key> {
  readonly #last = new Map<Key, Promise<void>>()

  /** Does the job once the earlier ones of the key are over; how those ended is no matter. */
  take<T>(key: Key, job: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(job)
    const settled = mine.then(
      () => {},
      () => {},
    )
    this.#last.set(key, settled)
    settled.then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
    return mine
  }
}
