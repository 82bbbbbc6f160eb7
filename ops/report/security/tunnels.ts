import { componentOf } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { between, texts } from './lists.ts'

const TOPIC = 'tunnels'

/** Which names lead to developers' computers, and which of them for everybody. */
export function tunnels({ resources }: Change): Finding[] {
  const tunnels = componentOf(resources, 'Tunnels')
  const [before, after] = [tunnels?.old, tunnels?.new]
  const names = between(texts(before?.names), texts(after?.names))
  const open = between(texts(before?.open), texts(after?.open))
  const whom =
    after?.login === true ? 'those whom its login lets in' : 'those who have its password'
  const others = before?.login === true ? 'those without a login' : 'those without its password'
  const guarded = (name: string) => !open.come.includes(name)
  const [isOpen, wasOpen] = [texts(after?.open), texts(before?.open)]
  const kept = texts(after?.names).filter(
    (name) => texts(before?.names).includes(name) && ![...isOpen, ...wasOpen].includes(name),
  )
  const asks = (login: unknown) => (login === true ? 'the login' : 'a password')
  const asksAnother = asks(before?.login) !== asks(after?.login) ? kept : []
  return [
    ...open.come.map((name) =>
      opens(
        TOPIC,
        `the tunnel ${short(name)} to everybody, without a ${after?.login === true ? 'login' : 'password'}`,
      ),
    ),
    ...names.come
      .filter(guarded)
      .map((name) => opens(TOPIC, `the tunnel ${short(name)} to ${whom}`)),
    ...asksAnother.map((name) =>
      alters(
        TOPIC,
        `the tunnel ${short(name)}, which asks for ${asks(after?.login)} instead of ${asks(before?.login)}`,
      ),
    ),
    ...names.gone.map((name) => closes(TOPIC, `the tunnel ${short(name)}`)),
    ...open.gone
      .filter((name) => !names.gone.includes(name))
      .map((name) => closes(TOPIC, `the tunnel ${short(name)} to ${others}`)),
  ]
}
