import { readFileSync } from 'node:fs'

/**
 * What `monthly-cost.prices` of the policies' settings says of sizes that the lists lack, US dollars a
 * month by slug. Empty where it says nothing; of settings that cannot be read the engine tells.
 */
export function statedPrices(file = 'policy/settings.json'): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))['monthly-cost']?.prices ?? {}
  } catch {
    return {}
  }
}
