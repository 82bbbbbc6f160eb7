import { mulberry32 } from './random.ts'
import type { FaultRule } from './types.ts'

/** What the active rules do to one request; later rules still count after a mere delay. */
export interface Verdict {
  delayMs: number
  failure?: Exclude<FaultRule['fault'], { delayMs: number }>
}

/** Draws the faults that tests ask for; the same seed and requests give the same faults. */
export class Faults {
  /** Requests that met a fault, a delay too. */
  met = 0
  #rules: { rule: FaultRule; path: RegExp; left: number }[] = []
  #random = mulberry32(1)

  set(rules: FaultRule[], seed = 1): void {
    this.#random = mulberry32(seed)
    this.#rules = rules.map((rule) => ({
      rule,
      path: new RegExp(rule.path ?? ''),
      left: rule.times ?? Number.POSITIVE_INFINITY,
    }))
  }

  /** @param path the request's path without its query */
  draw(method: string, path: string): Verdict {
    const verdict: Verdict = { delayMs: 0 }
    let hit = false
    for (const entry of this.#rules) {
      const { rule } = entry
      if (entry.left <= 0) continue
      if (rule.method && rule.method.toUpperCase() !== method) continue
      if (!entry.path.test(path)) continue
      if (this.#random() >= (rule.share ?? 1)) continue
      entry.left--
      hit = true
      if (typeof rule.fault === 'string' || 'status' in rule.fault) {
        verdict.failure = rule.fault
        break
      }
      verdict.delayMs += rule.fault.delayMs
    }
    if (hit) this.met++
    return verdict
  }
}
