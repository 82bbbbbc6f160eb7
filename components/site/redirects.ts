import type { ProxySettings } from './caddyfile.ts'

/**
 * The further names that lead to the site's own, path and query kept, for good (RFC 9110, section
 * 15.4.9). Over https with the site's own headers, so that a browser remembers to ask that way.
 * @param tls the directive of a certificate of their own
 */
export function redirects(site: ProxySettings, tls: string): string {
  const { plain, hostname, httpPort, httpsPort, aliases = [] } = site
  const [scheme, usual, port] = plain ? ['http', 80, httpPort] : ['https', 443, httpsPort]
  const to = `${scheme}://${hostname}${port === usual ? '' : `:${port}`}{uri}`
  return aliases
    .filter(({ serves }) => !serves)
    .map(
      (one) => `
${scheme}://${one.hostname} {${plain ? '' : `\n\t${tls}\n`}
	import headers
	redir ${to} 308
}
`,
    )
    .join('')
}
