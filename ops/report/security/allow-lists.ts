import { MASK } from '../mask.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between } from './lists.ts'
import { releases } from './release.ts'

const TOPIC = 'allow-list'

const LISTS: { variable: string; who: (entry: string) => string }[] = [
  { variable: 'ALLOWED_EMAILS', who: (entry) => short(entry) },
  { variable: 'ALLOWED_DOMAINS', who: (entry) => `every verified address of ${short(entry)}` },
]

/** Whom the app lets in once they have logged in. */
export function allowLists({ resources }: Change): Finding[] {
  const { before, after } = releases(resources)
  if (!after) return []
  return LISTS.flatMap(({ variable, who }) => {
    const [old, now] = [before?.env[variable] ?? '', after.env[variable] ?? '']
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
