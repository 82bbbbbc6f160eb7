import { componentOf, type Resource } from '../resources.ts'
import { short } from '../visible.ts'
import { alters, type Change, closes, type Finding, opens } from './finding.ts'
import { releases, type Shown } from './release.ts'

const TOPIC = 'login'

/** Whether there is a login, where it is, and by which connections. */
export function login({ resources }: Change): Finding[] {
  const { before, after } = releases(resources)
  const edge = componentOf(resources, 'Edge')
  const was = before && told(before, edge?.old)
  const is = after && told(after, edge?.new)
  const [old, now] = [placeOf(was), placeOf(is)]
  const applications = resources.filter(({ kind }) => kind === 'Client')
  return [
    ...applications.filter((one) => one.operation !== 'delete' || !now).flatMap(application),
    ...issuer(was, is, applications.length > 0),
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

/** What the app, or a login in front of it, is told of who knows the users. */
interface Told {
  tenant?: string
  issuer?: string
  clientId?: string
}

const told = ({ env }: Shown, edge: Resource['old']): Told => ({
  tenant: env.AUTH0_DOMAIN,
  issuer: env.OIDC_ISSUER ?? (edge?.issuer as string | undefined),
  clientId: env.OIDC_CLIENT_ID ?? (edge?.clientId as string | undefined),
})

const placeOf = (one?: Told) => one?.tenant ?? one?.issuer

/** An issuer's application is no resource: what is told of it is all that there is. */
function issuer(before: Told | undefined, after: Told | undefined, hasTenant: boolean): Finding[] {
  const [old, now] = [before?.issuer, after?.issuer]
  if (now && !placeOf(before) && !hasTenant)
    return [closes(TOPIC, `the site to everybody who does not log in at ${short(now)}`)]
  if (old && after && !placeOf(after) && !hasTenant)
    return [opens(TOPIC, `the site: its login at ${short(old)} goes`)]
  const [was, is] = [before?.clientId, after?.clientId]
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
