import { isComponent } from '../resources.ts'
import { type Change, closes, type Finding, opens } from './finding.ts'

const TOPIC = 'protection'

/** What the engine refuses to delete or replace. */
export function protection({ resources }: Change): Finding[] {
  const named = (some: Change['resources']) => some.map((one) => `${one.kind} ${one.name}`)
  const kept = resources.filter((one) => one.old && one.new && !isComponent(one))
  const on = named(kept.filter((one) => !one.protectBefore && one.protectAfter))
  const off = named(kept.filter((one) => one.protectBefore && !one.protectAfter))
  return [
    ...(on.length > 0 ? [closes(TOPIC, `${on.join(', ')} to deletion and replacement`)] : []),
    ...(off.length > 0 ? [opens(TOPIC, `${off.join(', ')} to deletion and replacement`)] : []),
  ]
}
