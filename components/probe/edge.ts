import { get } from './request.ts'
import { Finding, type Site } from './site.ts'

const START = '/oauth2/start'
const CALLBACK = '/oauth2/callback'
const LOGS = [
  'the login in front of the app: sudo journalctl -u padlock-edge on the host, as the sshCommand output logs you in',
]

/** A login in front of the whole site: it leads to the provider, and nobody comes in without it. */
export async function edgeLogin(site: Site): Promise<string> {
  const { origin } = site.url
  const begun = await get(site, 'https', START)
  const target = URL.canParse(begun.location) ? new URL(begun.location) : undefined
  const seen = `answers ${begun.status} ${target ? target.origin + target.pathname : begun.location}`
  if (!target || target.origin === origin || !target.href.startsWith(site.issuer ?? 'https:')) {
    const where = site.issuer ?? 'the identity provider'
    throw new Finding(`${origin}${START} should redirect to ${where} but ${seen}`, LOGS)
  }
  const callback = target.searchParams.get('redirect_uri')
  if (callback !== origin + CALLBACK) {
    throw new Finding(`the login comes back to ${callback}, not to ${origin}${CALLBACK}`, LOGS)
  }
  const { status } = await get(site, 'https', '/')
  if (status !== 401) {
    throw new Finding(`${origin}/ answers ${status} to a program that has not logged in, not 401`, [
      ...LOGS,
      'the site in /var/lib/padlock/proxy/Caddyfile on the host',
    ])
  }
  return `login leads to ${site.issuer ?? target.origin}, and nobody comes in without it`
}
