import { edgeLogin } from './edge.ts'
import { type Answer, get } from './request.ts'
import { Finding, type Site } from './site.ts'

type Check = (site: Site) => Promise<string>

/** In the order in which a visitor meets them; each answers a few words for the summary. */
export function checksOf(site: Site): Check[] {
  if (site.leadsTo) return isPlain(site) ? [leads] : [certificate, redirect, leads]
  return isPlain(site) ? [plain, ready] : [certificate, redirect, site.edge ? edgeLogin : login]
}

const isPlain = (site: Site) => site.url.protocol === 'http:'

async function plain(site: Site): Promise<string> {
  const answer = await get(site, 'http', '/').catch((error) => {
    throw new Finding(`${site.url.origin}/ at ${site.address} does not answer: ${error.message}`, [
      `port ${site.httpPort} open to this computer in the cloud firewall (siteFrom) and on the host`,
      'Caddy: systemctl status caddy on the host',
    ])
  })
  if (answer.status < 500 && !answer.location.startsWith('https:')) return 'plain http (tls = off)'
  throw new Finding(`${site.url.origin}/ answers ${answer.status} ${answer.location}`, [
    'the app: sudo journalctl CONTAINER_NAME=app-RELEASE on the host, as the sshCommand output logs you in',
  ])
}

async function certificate(site: Site): Promise<string> {
  const answer = await get(site, 'https', '/').catch((error) => {
    throw explain(site, error)
  })
  if (answer.status >= 500) {
    throw new Finding(`${site.url.origin}/ answers ${answer.status}`, [
      'the app: sudo journalctl CONTAINER_NAME=app-RELEASE on the host, as the sshCommand output logs you in',
    ])
  }
  return `certificate by ${answer.certificate?.issuer}, valid to ${answer.certificate?.validTo}`
}

async function redirect(site: Site): Promise<string> {
  const from = `http://${site.url.hostname}:${site.httpPort}/`
  const answer: Answer = await get(site, 'http', '/').catch((error) => {
    throw new Finding(`${from} does not answer: ${error.message}`, [
      `port ${site.httpPort} open in the cloud firewall (siteFrom, if it is set) and on the host`,
    ])
  })
  const right =
    [301, 302, 307, 308].includes(answer.status) && answer.location === `${site.url.origin}/`
  if (!right) {
    throw new Finding(
      `${from} should redirect to ${site.url.origin}/ but answers ${answer.status} ${answer.location}`,
      ['the site in /var/lib/padlock/proxy/Caddyfile on the host'],
    )
  }
  return 'http redirects to https'
}

/** Path and query must come along. */
const ANY_PATH = '/path?and=query'

async function leads(site: Site): Promise<string> {
  const to = `${site.leadsTo}${ANY_PATH}`
  const from = `${site.url.origin}${ANY_PATH}`
  const answer = await get(site, isPlain(site) ? 'http' : 'https', ANY_PATH)
  if (answer.status === 308 && answer.location === to) return `leads to ${site.leadsTo}`
  throw new Finding(
    `${from} should redirect to ${to} (308) but answers ${answer.status} ${answer.location}`,
    ['the site in /var/lib/padlock/proxy/Caddyfile on the host'],
  )
}

async function login(site: Site): Promise<string> {
  const { issuer } = site
  if (!issuer) return ready(site)
  const answer = await get(site, 'https', '/login')
  const target = URL.canParse(answer.location) ? new URL(answer.location) : undefined
  if (!target?.href.startsWith(issuer)) {
    throw new Finding(
      `${site.url.origin}/login should redirect to ${issuer} but answers ${answer.status} ${target ? target.origin + target.pathname : answer.location}`,
      [
        `${site.callback ? 'OIDC_ISSUER' : 'AUTH0_DOMAIN'} of the app`,
        'the app must offer its login at /login',
      ],
    )
  }
  const callback = target.searchParams.get('redirect_uri')
  const expected = site.url.origin + (site.callback ?? '/callback')
  if (callback !== expected) {
    throw new Finding(`the login comes back to ${callback}, not to ${expected}`, [
      `APP_URL${site.callback ? ' and OIDC_CALLBACK_PATH' : ''} of the app; APP_ALIAS_URLS where it is one of aliases`,
    ])
  }
  return `login leads to ${issuer}`
}

async function ready(site: Site): Promise<string> {
  const path = site.readyPath ?? '/'
  const { status } = await get(site, isPlain(site) ? 'http' : 'https', path)
  if (status >= 200 && status < 300) return `${path} answers ${status}, and nobody has to log in`
  throw new Finding(`${site.url.origin}${path} answers ${status}`, [
    'the app: sudo journalctl CONTAINER_NAME=app-RELEASE on the host, as the sshCommand output logs you in',
    'readyPath must be a path that visitors may ask for too',
  ])
}

/** The certificate authority's success checklist, told by what was seen. */
function explain(site: Site, error: NodeJS.ErrnoException): Finding {
  const place = `${site.url.origin}/ at ${site.address}`
  if (/certificate.required|bad.certificate/i.test(`${error.code} ${error.message}`)) {
    return new Finding(`${place} lets nobody in without a client certificate that it trusts`, [
      'PADLOCK_CLIENT: the PEM text of a certificate and its key, from the output clientCertificates',
    ])
  }
  if (
    /ALERT|ECONNRESET|EPROTO|socket hang up|before secure TLS/i.test(
      `${error.code} ${error.message}`,
    )
  ) {
    return new Finding(`${place} has no certificate yet`, [
      `the A record of ${site.url.hostname} must lead to ${site.address}, as seen by the certificate authority`,
      `ports ${site.httpPort} and ${site.url.port || 443} must be reachable from the certificate authority`,
      'a CAA record must not forbid it, and its rate limits must not be used up',
      'its answers: sudo journalctl -u caddy on the host, as the sshCommand output logs you in',
    ])
  }
  if (/certificate|altname|self.signed/i.test(`${error.code} ${error.message}`)) {
    return new Finding(`${place} shows a certificate that is not trusted: ${error.message}`, [
      "siteRoot: what the certificates of acmeDirectory chain to, where that is no public root (known for Let's Encrypt's staging directory)",
    ])
  }
  return new Finding(`${place} does not answer: ${error.message}`, [
    `port ${site.url.port || 443} open in the cloud firewall (siteFrom, if it is set) and on the host`,
    'a reserved IP must be assigned to the droplet',
    'Caddy: systemctl status caddy on the host',
  ])
}
