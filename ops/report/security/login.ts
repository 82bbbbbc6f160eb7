import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { releases } from './release.ts'

const TOPIC = 'login'

/** Whether there is a login, where it is, and by which connections. */
export function login({ resources }: Change): Finding[] {
  const { before, after } = releases(resources)
  const [old, now] = [placeOf(before?.env), placeOf(after?.env)]
  const applications = resources.filter(({ kind }) => kind === 'Client')
  return [
    ...applications.filter((one) => one.operation !== 'delete' || !now).flatMap(application),
    ...issuer(before?.env, after?.env, applications.length > 0),
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

const placeOf = (env?: Record<string, string>) => env?.AUTH0_DOMAIN ?? env?.OIDC_ISSUER

/** An issuer's application is no resource: what the app is told of it is all that there is. */
function issuer(
  before: Record<string, string> | undefined,
  after: Record<string, string> | undefined,
  hasTenant: boolean,
): Finding[] {
  const [old, now] = [before?.OIDC_ISSUER, after?.OIDC_ISSUER]
  if (now && !placeOf(before) && !hasTenant)
    return [closes(TOPIC, `the site to everybody who does not log in at ${short(now)}`)]
  if (old && after && !placeOf(after) && !hasTenant)
    return [opens(TOPIC, `the site: its login at ${short(old)} goes`)]
  const [was, is] = [before?.OIDC_CLIENT_ID, after?.OIDC_CLIENT_ID]
  if (old && old === now && was && is && was !== is)
    return [alters(TOPIC, `the application at ${short(now)}: ${short(was)} → ${short(is)}`)]
  return []
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
