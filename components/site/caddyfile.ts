import type { Alias } from '../../config/site/aliases.ts'
import { defaultName, profile, withoutName } from './bare-address.ts'
import { behindLogin, checkEdge, type EdgeRoutes } from './edge.ts'
import { LOG } from './log.ts'
import { redirects } from './redirects.ts'
import { type TunnelRoute, tunnelSites } from './tunnels.ts'
import { upstreams } from './upstreams.ts'

/** What the reverse proxy must know of the site. */
export interface ProxySettings {
  /** The public host name, or the address of a site without one. */
  hostname: string
  /** Further names, each served or led to the first. */
  aliases?: Pick<Alias, 'hostname' | 'serves'>[]
  httpPort: number
  httpsPort: number
  /** Directory URL of the certificate authority (RFC 8555, section 7.1.1). */
  acmeDirectory: string
  /** Where the authority writes when something is wrong; none if absent. */
  acmeEmail?: string
  /** Root of the authority's own certificate, PEM, if the host's trust store does not have it. */
  acmeRoot?: string
  /** Is the certificate the stack's own, sent with the site? Then no authority is asked. */
  ownCertificate?: boolean
  /** Is the site served over http alone? */
  plain?: boolean
  /** Do visitors show a certificate of the stack's own authority? Nobody is asked if absent. */
  clientAuth?: 'request' | 'require'
  /** Until the app must have begun an answer; an answer that has begun may last. */
  responseSeconds: number
  /** Largest request body. */
  maxBodyMiB: number
  /** How long WebSockets may go on after a change of this file. */
  drainSeconds: number
  /** How many containers serve the app; one if absent. */
  replicas?: number
  /** The login in front of the app; absent where the app asks itself, or nobody does. */
  edge?: EdgeRoutes
  /** Names that lead to programs on developers' computers; absent where there are none. */
  tunnels?: TunnelRoute[]
}

/** Seconds that requests in flight have to end; the unit's TimeoutStopSec is longer. */
const GRACE_SECONDS = 15
/** Where the host keeps what comes with the site (padlock_release/site.py). */
const PROXY = '/var/lib/padlock/proxy'
/** The root of the authority's directory. */
const ACME_ROOT = `${PROXY}/acme-root.pem`
/** The site's own certificate and its key, in one file that is replaced in one step. */
const CERTIFICATE = `${PROXY}/certificate.pem`
/** What a client must send a second once its time of silence is over, bytes: against trickled bodies. */
const LEAST_RATE = 500

/**
 * The whole Caddyfile (Caddy >= 2.11.7) of a host: TLS for one name, in front of the release that
 * `/srv/app/current` points to. Throws if a value could break out of its place in the text.
 */
export function caddyfile(site: ProxySettings): string {
  check(site)
  const { httpPort, httpsPort } = site
  const authority = [
    `dir ${site.acmeDirectory}`,
    ...(site.acmeRoot ? [`trusted_roots ${ACME_ROOT}`] : []),
    ...(site.acmeEmail ? [`email ${site.acmeEmail}`] : []),
    ...profile(site),
  ]
  const app = (more: string[]) => appProxy(site, more)
  const { failures, nobody } = upstreams(site.replicas)
  return `{
	admin unix//run/caddy/admin.sock|0600
	http_port ${httpPort}
	https_port ${httpsPort}
	${site.plain ? 'auto_https off' : OWN_REDIRECT}${defaultName(site)}
	grace_period ${GRACE_SECONDS}s
	servers {
		protocols h1 h2 h3
		max_header_size 64KB${withoutName(site)}
		timeouts {
			read_header 10s
			# Of silence, and none of the whole: uploads, downloads and events last as long as both ends want.
			read_body_idle 30s ${LEAST_RATE}
			write_idle 60s
			idle 120s
		}
	}
}

(headers) {
	header {${site.plain ? '' : '\n\t\tStrict-Transport-Security "max-age=63072000"'}
		-Server
		-Via
		defer
	}
	# For apps that do not set their own; one directive each, or the first that is set stops all.
	header ?Content-Security-Policy "base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
	header ?Cross-Origin-Opener-Policy same-origin
	header ?Cross-Origin-Resource-Policy same-origin
	header ?Permissions-Policy "camera=(), geolocation=(), microphone=()"
	header ?Referrer-Policy no-referrer
	header ?X-Content-Type-Options nosniff
	header ?X-Frame-Options DENY
}

${site.plain ? addresses('http', site) : secureStart(site, authority)}
${LOG}

	encode zstd gzip
	request_body {
		max_size ${site.maxBodyMiB}MiB
	}

	import headers
${site.clientAuth === 'request' ? STRANGERS : ''}
	# Who a visitor is, his certificate alone says.
	route {
		request_header -X-Client-*
	}

${site.edge ? behindLogin(site.edge, app) : app([])}
	# Caddy's own failures; what the app answers goes through as it is.
	handle_errors ${failures} {
		import headers
		header Cache-Control no-store
		# The message ends so where the visitor's body stayed away, over HTTP/1, 2 and 3.
		@upload expression \`!{err.message}.startsWith("dial ") && ({err.message}.endsWith("i/o timeout") || {err.message}.endsWith("deadline exceeded"))\`
		@down expression \`${nobody}\`
		@page {
			expression \`${nobody}\`
			method GET HEAD
			header Accept *text/html*
		}
		@slow expression \`{err.status_code} == 504\`
		header @down Retry-After 5
		header @page {
			Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
			Content-Type "text/html; charset=utf-8"
		}
		handle @page {
			respond <<HTML
				<!doctype html>
				<html lang="en">
				<meta charset="utf-8">
				<meta name="viewport" content="width=device-width">
				<meta http-equiv="refresh" content="5">
				<title>One moment</title>
				<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
				<h1>One moment</h1>
				<p>The application is not up right now. This page tries again every five seconds.</p>
				</html>
				HTML 503
		}
		handle @down {
			respond "The application is not up right now." 503
		}
		handle @upload {
			respond "The request's body did not come in time." 408 {
				close
			}
		}
		handle @slow {
			respond "The application did not begin an answer within ${site.responseSeconds} seconds." 504
		}
		handle {
			respond "The application broke off before it answered." 502
		}
	}
}
${redirects(site, tlsDirective({ ...site, clientAuth: undefined }, authority))}${tunnels(site, tlsDirective(site, authority))}`
}

/** They have the same TLS as the site, and ask for the same client certificates. */
function tunnels(site: ProxySettings, tls: string): string {
  return tunnelSites(site.tunnels, {
    ...site,
    tls,
    drain: drainOf(site),
    strangers: site.clientAuth === 'request' ? STRANGERS : '',
    subject: site.clientAuth ? CLIENT_SUBJECT : '',
  })
}

/** A stream of one whose certificate is no longer trusted ends with the rest. */
const drainOf = ({
  clientAuth,
  drainSeconds,
}: Pick<ProxySettings, 'clientAuth' | 'drainSeconds'>) =>
  clientAuth ? '' : `\n\t\tstream_close_delay ${drainSeconds}s`

/**
 * Leads to the release that serves.
 * @param more lines of the directive, beside those that every request gets
 */
function appProxy(
  { clientAuth, drainSeconds, responseSeconds, replicas }: ProxySettings,
  more: string[],
) {
  const { addresses, balancing } = upstreams(replicas)
  const drain = drainOf({ clientAuth, drainSeconds })
  const subject = clientAuth ? CLIENT_SUBJECT : ''
  return `	# The link moves to a new release in one step. A kept connection would stay with the old one.
	reverse_proxy ${addresses} {
${balancing.map((line) => `\t\t${line}`).join('\n')}${drain}
		# X-Forwarded-For, -Host and -Proto are set anew by Caddy; nobody else's word is passed on.
		header_up -Forwarded
		header_up -X-Forwarded-Port
		header_up -X-Forwarded-Prefix
		header_up -X-Forwarded-Server
		header_up -X-Real-IP${subject}${more.map((line) => `\n\t\t${line}`).join('')}
		transport http {
			keepalive off
			dial_timeout 2s
			response_header_timeout ${responseSeconds}s
		}
	}
`
}

/** Caddy's verifier of leaves refuses who shows none, so where one may be missing the list is asked here. */
const STRANGERS = `
	import ${PROXY}/client-matcher.caddy
	# In a route, as it would come after the routes below by Caddy's own order.
	route {
		respond @stranger "This client certificate is not trusted." 403
	}
`

const CLIENT_SUBJECT = `
		header_up X-Client-Subject {http.request.tls.client.subject}`

const OWN_REDIRECT = `# The redirect below names the public port, which the automatic one takes for granted.
	auto_https disable_redirects`

/** What leads to https, name by name, and the beginning of the site there. */
function secureStart(site: ProxySettings, authority: string[]): string {
  const port = site.httpsPort === 443 ? '' : `:${site.httpsPort}`
  const names = [site.hostname, ...(site.aliases ?? []).map(({ hostname }) => hostname)]
  const toHttps = names.map(
    (name) => `http://${name} {
	header -Server
	redir https://${name}${port}{uri} 308
}

`,
  )
  return `${toHttps.join('')}${addresses('https', site)}
	${tlsDirective(site, authority)}
`
}

/** Every name that the site answers at. Caddy orders a certificate for each by itself. */
function addresses(scheme: 'http' | 'https', { hostname, aliases = [] }: ProxySettings): string {
  const served = aliases.filter(({ serves }) => serves).map((one) => one.hostname)
  return `${[hostname, ...served].map((name) => `${scheme}://${name}`).join(', ')} {`
}

function tlsDirective(site: ProxySettings, authority: string[]): string {
  const files = site.ownCertificate ? ` ${CERTIFICATE} ${CERTIFICATE}` : ''
  const issuer = [
    '# Named for this site, as Caddy would sign names such as *.internal by itself.',
    'issuer acme {',
    ...authority.map((line) => `\t${line}`),
    '}',
  ]
  const lines = [
    ...(site.ownCertificate ? [] : issuer),
    ...(site.clientAuth ? clientAuthentication(site.clientAuth) : []),
  ]
  if (lines.length === 0) return `tls${files}`
  return `tls${files} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}`
}

/**
 * The authority's signature is not enough: a certificate must be one of those that came with the
 * site, so a name that was removed is nobody from the next load on.
 */
function clientAuthentication(mode: 'request' | 'require'): string[] {
  return [
    'client_auth {',
    `\tmode ${mode === 'require' ? 'require_and_verify' : 'verify_if_given'}`,
    `\ttrust_pool file ${PROXY}/client-root.pem`,
    ...(mode === 'require'
      ? ['\tverifier leaf {', `\t\tfile ${PROXY}/client-certificates.pem`, '\t}']
      : []),
    '}',
  ]
}

function check(site: ProxySettings): void {
  const expect = (good: boolean, key: keyof ProxySettings, allowed: string) => {
    if (!good) throw new Error(`${key} is ${JSON.stringify(site[key])}: ${allowed}`)
  }
  const names = [site.hostname, ...(site.aliases ?? []).map(({ hostname }) => hostname)]
  expect(isName(site.hostname), 'hostname', 'must be a host name in lower case, with a dot in it')
  expect(
    names.every(isName) && new Set(names).size === names.length,
    'aliases',
    'must be host names in lower case, none twice',
  )
  for (const key of ['httpPort', 'httpsPort'] as const) {
    const port = site[key]
    expect(Number.isInteger(port) && port >= 1 && port <= 65535, key, 'must be from 1 to 65535')
  }
  expect(
    /^https:\/\/[A-Za-z0-9.:_~/-]+$/.test(site.acmeDirectory),
    'acmeDirectory',
    'must be an https URL of an ACME directory',
  )
  expect(
    site.acmeEmail === undefined || /^[^\s{}"`#@]+@[A-Za-z0-9.-]+$/.test(site.acmeEmail),
    'acmeEmail',
    'must be an e-mail address',
  )
  if (site.edge) checkEdge(site.edge)
}

const isName = (name: string) =>
  name.length <= 253 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]+$/.test(name)
