/** Failures on request: a share of answers with an error status, dropped or late. */
import type { FaultRule } from '../types.ts'

export interface Faults {
  set(rules: FaultRule[], seed?: number): void
  /** The fault that this request meets, if any; counts towards the rule's number. */
  pick(method: string, path: string): FaultRule['fault'] | undefined
}

/** mulberry32: a small generator whose sequence a seed fixes, so that a failing test repeats. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function faults(): Faults {
  let active: { rule: FaultRule; path: RegExp; left: number }[] = []
  let random = generator(1)
  return {
    set(rules, seed = 1) {
      random = generator(seed)
      active = rules.map((rule) => ({
        rule,
        path: new RegExp(rule.path ?? ''),
        left: rule.times ?? Number.POSITIVE_INFINITY,
      }))
    },
    pick(method, path) {
      for (const entry of active) {
        const { rule } = entry
        if (rule.method && rule.method !== method) continue
        if (entry.left <= 0 || !entry.path.test(path)) continue
        if (random() >= (rule.share ?? 1)) continue
        entry.left -= 1
        return rule.fault
      }
      return undefined
    },
  }
}
