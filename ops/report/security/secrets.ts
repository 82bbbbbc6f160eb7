import { isDeepStrictEqual } from 'node:util'
import { LATER, mask } from '../mask.ts'
import { componentOf, type Resource, within } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between } from './lists.ts'
import { releases } from './release.ts'
import { newPasswords, sessionKey } from './session-key.ts'

const TOPIC = 'secrets'

/** Which secrets the app gets; of their values nothing is known here. */
export function secrets(change: Change): Finding[] {
  const { resources } = change
  const { before, after } = releases(resources)
  const { come, gone } = between(before?.secretNames ?? [], after?.secretNames ?? [])
  return [
    ...come.map((name) => opens(TOPIC, `the secret ${short(name)} to the app`)),
    ...(after ? gone.map((name) => closes(TOPIC, `the secret ${short(name)} to the app`)) : []),
    ...newPasswords(change),
    ...sessionKey(change),
    ...(hiddenChange(resources)
      ? [alters(TOPIC, 'a value that is not shown: nothing else explains the new release')]
      : []),
  ]
}

/** A release that is another one though all that its component and its source show is the same. */
function hiddenChange(resources: Resource[]): boolean {
  const inside = resources.filter((one) => within(one) === 'Release')
  const command = inside.find(({ kind }) => kind === 'remote:Command')
  const shown = componentOf(resources, 'Release')
  if (command?.operation !== 'update' || !command.reasons.includes('stdin')) return false
  if (!shown?.old || !('secretNames' in shown.old)) return false
  const later = JSON.stringify(mask(shown.new)).includes(LATER)
  return !later && isDeepStrictEqual(shown.old, shown.new)
}
