import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { releases } from './release.ts'

const TOPIC = 'login'

/** Whether there is a login, where it is, and by which connections. */
export function login({ resources }: Change): Finding[] {
  const { before, after } = releases(resources)
  const [old, now] = [before?.env.AUTH0_DOMAIN, after?.env.AUTH0_DOMAIN]
  return [
    ...resources.filter(({ kind }) => kind === 'Client').flatMap(application),
    ...resources
      .filter(({ kind }) => kind === 'ConnectionClient')
      .flatMap((one) => {
        const users = `the login to users of the connection ${connection(one.name, resources)}`
        if (one.operation === 'create') return [opens(TOPIC, users)]
        return one.operation === 'delete' ? [closes(TOPIC, users)] : []
      }),
    ...(old && now && old !== now
      ? [alters(TOPIC, `where people log in: ${short(old)} → ${short(now)}`)]
      : []),
  ]
}

function application(one: Change['resources'][number]): Finding[] {
  switch (one.operation) {
    case 'create':
      return [closes(TOPIC, 'the site to everybody who does not log in at Auth0')]
    case 'delete':
      return [opens(TOPIC, 'the site: its login at Auth0 goes')]
    case 'replace':
      return [alters(TOPIC, 'the Auth0 application is made anew: its id and its secret are others')]
    default:
      return []
  }
}

/** A link is named after the stack and its connection. */
function connection(name: string, resources: Change['resources']): string {
  const client = resources.find(({ kind }) => kind === 'Client')?.name
  return client && name.startsWith(`${client}-`) ? name.slice(client.length + 1) : name
}
