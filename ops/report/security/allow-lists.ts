import { MASK } from '../mask.ts'
import { componentOf } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between } from './lists.ts'
import { releases } from './release.ts'

const TOPIC = 'allow-list'

interface List {
  /** The app's, where it asks itself. */
  variable: string
  /** The property of a login in front of it. */
  property: string
  who: (entry: string) => string
}

const LISTS: List[] = [
  { variable: 'ALLOWED_EMAILS', property: 'allowedEmails', who: (entry) => short(entry) },
  {
    variable: 'ALLOWED_DOMAINS',
    property: 'allowedDomains',
    who: (entry) => `every verified address of ${short(entry)}`,
  },
]

/** Whom the app, or a login in front of it, lets in once they have logged in. */
export function allowLists({ resources }: Change): Finding[] {
  const { before, after } = releases(resources)
  if (!after) return []
  const edge = componentOf(resources, 'Edge')
  // Without a login nobody is kept out by a list that goes.
  if (!edge?.new && !LISTS.some(({ variable }) => variable in after.env)) return []
  return LISTS.flatMap(({ variable, property, who }) => {
    const old = before?.env[variable] ?? String(edge?.old?.[property] ?? '')
    const now = after.env[variable] ?? String(edge?.new?.[property] ?? '')
    if (old !== now && [old, now].includes(MASK)) {
      return [alters(TOPIC, `${variable}, which is ${now === MASK ? 'now' : 'no longer'} a secret`)]
    }
    const { come, gone } = between(entries(old), entries(now))
    return [
      ...come.map((entry) => opens(TOPIC, `the app to ${who(entry)}`)),
      ...gone.map((entry) => closes(TOPIC, `the app to ${who(entry)}`)),
    ]
  })
}

const entries = (list: string) =>
  list === MASK ? [] : list.split(',').filter((entry) => entry !== '')
