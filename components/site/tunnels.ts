import type { TunnelSettings } from '../../config/tunnels/index.ts'
import { behindLogin, besideLogin, type EdgeRoutes } from './edge.ts'
import { LOG } from './log.ts'

/** A tunnel as the proxy must know it. */
export interface TunnelRoute extends Pick<TunnelSettings, 'name' | 'hostname'> {
  /** bcrypt hash of its password; absent where nobody is asked for one. */
  passwordHash?: string
  /** Does the login stand in front of it that stands in front of the site? */
  login?: boolean
}

/** What the sites of tunnels have in common with the stack's own. */
export interface TunnelParts {
  httpsPort: number
  /** The login in front of the site; absent where there is none. */
  edge?: EdgeRoutes
  /** The directive `tls`, whole. */
  tls: string
  /** Directives that turn away those whose certificate is not trusted. */
  strangers: string
  /** The line that names who showed a certificate. */
  subject: string
  /** Until the program must have begun an answer. */
  responseSeconds: number
  maxBodyMiB: number
  /** The line that lets streams go on for a while after a change of the file. */
  drain: string
}

/** Where sshd binds what a tunnel listens at (host/padlock-tunnels). */
const SOCKETS = '/run/padlock-tunnels/sockets'

/** Sites of the Caddyfile, one for each tunnel; the empty text where there are none. */
export function tunnelSites(tunnels: TunnelRoute[] | undefined, parts: TunnelParts): string {
  return (tunnels ?? []).map((tunnel) => site(tunnel, parts)).join('')
}

function site(tunnel: TunnelRoute, parts: TunnelParts): string {
  check(tunnel, parts.edge)
  const { name, hostname, passwordHash, login: byLogin } = tunnel
  const { httpsPort, responseSeconds } = parts
  const port = httpsPort === 443 ? '' : `:${httpsPort}`
  const program = (more: string[]) => connected(tunnel, parts, more)
  return `
http://${hostname} {
	header -Server
	redir https://${hostname}${port}{uri} 308
}

# A tunnel: a program on the computer of whoever is connected.
https://${hostname} {
	${parts.tls}
${LOG}

	request_body {
		max_size ${parts.maxBodyMiB}MiB
	}

	import headers
${parts.strangers}${passwordHash ? login(name, passwordHash) : ''}
	route {
		request_header -X-Client-*
	}

${whoMayIn(parts.edge, byLogin, program)}
	handle_errors 502 504 {
		import headers
		header Cache-Control no-store${byLogin ? LOGIN_IS_DOWN : ''}
		@down expression \`{err.message}.startsWith("dial ")\`
		@slow expression \`{err.status_code} == 504\`
		handle @down {
			header Retry-After 5
			respond "Nobody is connected to ${hostname} right now." 503
		}
		handle @slow {
			respond "The program behind this tunnel did not begin an answer within ${responseSeconds} seconds." 504
		}
		handle {
			respond "The program behind this tunnel does not answer: it does not run, or broke off." 502
		}
	}
}
`
}

function whoMayIn(
  edge: EdgeRoutes | undefined,
  byLogin: boolean | undefined,
  program: (more: string[]) => string,
): string {
  if (!edge) return program([])
  return byLogin ? behindLogin({ ...edge, publicPaths: [] }, program) : besideLogin(program)
}

/**
 * Leads to whoever is connected.
 * @param more lines of the directive, beside those that every request gets
 */
function connected(
  { name, passwordHash }: TunnelRoute,
  parts: TunnelParts,
  more: string[],
): string {
  return `	# A tunnel that comes back binds the path anew. A kept connection would stay with the old one.
	reverse_proxy unix/${SOCKETS}/${name}.sock {${parts.drain}
		header_up -Forwarded
		header_up -X-Forwarded-Port
		header_up -X-Forwarded-Prefix
		header_up -X-Forwarded-Server
		header_up -X-Real-IP${passwordHash ? PASSWORD_STAYS : ''}${parts.subject}${more.map((line) => `\n\t\t${line}`).join('')}
		transport http {
			keepalive off
			dial_timeout 2s
			response_header_timeout ${parts.responseSeconds}s
		}
	}
`
}

const LOGIN_IS_DOWN = `
		@login expression \`{err.message}.contains("/run/padlock-edge.sock")\`
		handle @login {
			header Retry-After 5
			respond "The login does not answer right now." 503
		}`

const login = (name: string, hash: string) => `
	basic_auth bcrypt ${name} {
		${name} ${hash}
	}
`

/** The program is not told what opened the tunnel. */
const PASSWORD_STAYS = `
		header_up -Authorization`

/** Nothing may break out of its place in the text. */
function check({ name, hostname, passwordHash, login }: TunnelRoute, edge?: EdgeRoutes): void {
  const bad =
    !/^[a-z0-9-]{1,30}$/.test(name) ||
    !hostname.startsWith(`${name}.`) ||
    hostname.length > 253 ||
    !/^[a-z0-9.-]+$/.test(hostname) ||
    (login && (passwordHash !== undefined || !edge)) ||
    (passwordHash !== undefined && !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(passwordHash))
  if (bad) throw new Error(`the tunnel ${JSON.stringify({ name, hostname })} cannot be served`)
}
