import { type Resource, within } from '../resources.ts'
import { alters, type Change, type Finding } from './finding.ts'

/** Another number of the key that signs the app's sessions: the app knows the one before it alone. */
export function sessionKey({ resources }: Change): Finding[] {
  const keys = resources.filter(isSessionKey)
  const before = highest(keys.filter(({ operation }) => operation !== 'create'))
  const after = highest(keys.filter(({ operation }) => operation !== 'delete'))
  if (before === after || before === 0 || after === 0) return []
  const outcome =
    after === before + 1
      ? 'sessions go on where the app knows APP_SECRET_KEY_PREVIOUS'
      : 'everybody must log in again'
  return [alters('secrets', `the session key, ${before} → ${after}: ${outcome}`)]
}

/** Passwords that the stack makes, and that are made again: what each is for. */
export function newPasswords({ resources }: Change): Finding[] {
  const latest = highest(resources.filter(isSessionKey))
  return resources
    .filter((one) => one.kind === 'RandomPassword' && one.operation === 'replace')
    .map((one) => alters('secrets', madeAnew(one, latest)))
}

function madeAnew(one: Resource, latest: number): string {
  if (isSessionKey(one)) {
    return numberOf(one) === latest
      ? 'the session key is made anew: everybody must log in again'
      : 'the session key before the one of now is made anew: sessions that it has signed end'
  }
  const tunnel = /-tunnel-(.+)$/.exec(one.name)?.[1]
  if (within(one) === 'Tunnels' && tunnel) {
    return `the password of the tunnel ${tunnel} is made anew: the former one lets nobody in`
  }
  return within(one) === 'Edge'
    ? 'the session key of the login in front of the app is made anew: everybody must log in again'
    : `the password ${one.name} is made anew`
}

const isSessionKey = (one: Resource) => one.kind === 'RandomPassword' && within(one) === 'Release'

/** The resources tell it for states too whose `Release` does not. */
const numberOf = ({ name }: Resource) => Number(/-session-key-([0-9]+)$/.exec(name)?.[1] ?? 1)

/** 0 where there is none. */
const highest = (keys: Resource[]) => Math.max(0, ...keys.map(numberOf))
