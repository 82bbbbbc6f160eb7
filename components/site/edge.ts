/** The login in front of an app that has none: oauth2-proxy, asked by Caddy about every request. */
import { isPublicPath, SEGMENT } from '../../config/edge/public-path.ts'

/** What the site must know of it. */
export interface EdgeRoutes {
  /** Where the provider ends its own session and leads back from; absent where it has no such place. */
  logoutUrl?: string
  /** Paths that need no login, such as `/healthz` or `/webhooks/*`. */
  publicPaths: string[]
}

/** The socket that systemd makes for Caddy alone (host/padlock-edge). */
const SOCKET = 'unix//run/padlock-edge.sock'

/** What apps believe of whoever stands before them; nobody else may say it. */
const IDENTITY = [
  'X-Auth-Request-*',
  // X-Forwarded-For, -Host and -Proto are set anew by Caddy.
  'X-Forwarded-*',
  'Remote-*',
  'X-Remote-*',
  'X-Webauth-*',
  'X-Authenticated-*',
  // Some apps take another path out of these than the one that was judged here.
  'X-Original-*',
  'X-Rewrite-*',
]
const ANONYMOUS = IDENTITY.map((name) => `\t\trequest_header -${name}\n`).join('')

/**
 * What stands in the place of the app's own directive.
 * @param app the app's directive, with lines of its own
 */
export function behindLogin(edge: EdgeRoutes, app: (more: string[]) => string): string {
  const identity = [
    // Here and not before: what Connection names is dropped from a request on its way.
    'header_up X-Auth-Request-User {http.request.header.X-Auth-Request-User}',
    'header_up X-Auth-Request-Email {http.request.header.X-Auth-Request-Email}',
    'header_up X-Forwarded-User {http.request.header.X-Auth-Request-User}',
    'header_up X-Forwarded-Email {http.request.header.X-Auth-Request-Email}',
    'header_up -Authorization',
  ]
  return `	# Who somebody is, the login alone says. Names with _ or . in them Caddy drops by itself.
	route {
${ANONYMOUS}
		handle /oauth2/sign_out {
			# Another site may not log anybody out.
			@foreign header Sec-Fetch-Site cross-site
			handle @foreign {
				respond "Log out from the site itself." 403
			}
			handle {
				header Clear-Site-Data \`"cookies", "storage"\`
				rewrite * /oauth2/sign_out?
				reverse_proxy ${SOCKET} {
					lb_try_duration 5s${edge.logoutUrl ? `\n\t\t\t\t\theader_down Location ${edge.logoutUrl}` : ''}
				}
			}
		}
		handle /oauth2/* {
			reverse_proxy ${SOCKET} {
				lb_try_duration 5s
				@refused status 403
				handle_response @refused {
					copy_response_headers {
						include Set-Cookie
					}
					header Cache-Control no-store
					header Content-Security-Policy "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
					header Content-Type "text/html; charset=utf-8"
					respond <<HTML
						${PAGE.join('\n\t\t\t\t\t\t')}
						HTML 403
				}
			}
		}
${publicRoute(edge.publicPaths, app)}		handle {
			forward_auth ${SOCKET} {
				lb_try_duration 5s
				uri /oauth2/auth?
				copy_headers X-Auth-Request-User X-Auth-Request-Email
				transport http {
					response_header_timeout 20s
				}
				@no status 401
				handle_response @no {
					route {
						# Only a page leads to the login; a program would take the login for its answer.
						@page {
							method GET HEAD
							header Accept *text/html*
							not header X-Requested-With XMLHttpRequest
							not path /api /api/*
						}
						handle @page {
							rewrite * /oauth2/start?
							reverse_proxy ${SOCKET} {
								header_up X-Forwarded-Uri {http.request.orig_uri}
							}
						}
						handle {
							header Cache-Control no-store
							header Content-Type application/json
							respond \`{"error":"login required"}\` 401
						}
					}
				}
			}
${indented([...WITHOUT_SESSION, ...identity], app)}		}
	}
`
}

/**
 * What is for everybody though other names of the stack have the login: it gets no session, which
 * the login would take at any of them, and nobody says there who somebody is.
 */
export function besideLogin(app: (more: string[]) => string): string {
  return `	route {
${ANONYMOUS}
${indented(WITHOUT_SESSION, app, '\t')}	}
`
}

/** Takes the session's cookie from a request: it is the login's alone, at each name of the stack. */
const WITHOUT_SESSION = [
  'header_up Cookie "(?:^|;\\s*)__Host-edge[^=;]*=[^;]*" ""',
  'header_up Cookie "^;\\s*" ""',
]

const PAGE = [
  '<!doctype html>',
  '<html lang="en">',
  '<meta charset="utf-8">',
  '<meta name="viewport" content="width=device-width">',
  '<title>No entry</title>',
  '<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>',
  '<h1>No entry</h1>',
  '<p>This login does not lead in: the account is not one of those that may use this site, its address is not verified, or the login took too long.</p>',
  '<p><a href="/">Try again</a> or <a href="/oauth2/sign_out">log in with another account</a>.</p>',
  '</html>',
]

function publicRoute(paths: string[], app: (more: string[]) => string): string {
  if (paths.length === 0) return ''
  return `		# As it was sent, letter for letter: an app may read another path out of one that is written oddly.
		@public vars_regexp {http.request.orig_uri} \`^(?:${paths.map(pattern).join('|')})(?:\\?.*)?$\`
		handle @public {
${indented(WITHOUT_SESSION, app)}		}
`
}

function pattern(path: string): string {
  const escaped = path.replace(/\/\*$/, '').replaceAll(/[.+]/g, '\\$&')
  return path.endsWith('/*') ? `${escaped}/(?:${SEGMENT}(?:/${SEGMENT})*/?)?` : escaped
}

const indented = (more: string[], app: (more: string[]) => string, by = '\t\t') =>
  app(more).replaceAll(/^(?=.)/gm, by)

/** @throws if a value could break out of its place in the Caddyfile */
export function checkEdge({ logoutUrl, publicPaths }: EdgeRoutes): void {
  if (logoutUrl !== undefined && !/^https:\/\/[A-Za-z0-9.:_~/?&=%-]+$/.test(logoutUrl)) {
    throw new Error(`logoutUrl is ${JSON.stringify(logoutUrl)}: must be an https URL`)
  }
  const wrong = publicPaths.find((path) => !isPublicPath(path))
  if (wrong !== undefined) {
    throw new Error(
      `publicPaths has ${JSON.stringify(wrong)}: must be paths such as /healthz or /webhooks/*`,
    )
  }
}
