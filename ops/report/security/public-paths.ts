import { componentOf } from '../resources.ts'
import { short } from '../visible.ts'
import { type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'public paths'

/** What needs no login where one stands in front of the app. */
export function publicPaths({ resources }: Change): Finding[] {
  const edge = componentOf(resources, 'Edge')
  // Where nothing stands in front of the app any more, none of it is closed by that.
  if (!edge?.new) return []
  const { come, gone } = between(texts(edge?.old?.publicPaths), texts(edge?.new?.publicPaths))
  return [
    ...come.map((path) => opens(TOPIC, `${short(path)} to everybody, without a login`)),
    ...gone.map((path) => closes(TOPIC, `${short(path)} to who has not logged in`)),
  ]
}
