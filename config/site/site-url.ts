/** A host as browsers send it; the port only where it is not the scheme's own. */
export function siteHost(
  hostname: string,
  { plain, httpPort, httpsPort }: { plain?: boolean; httpPort: number; httpsPort: number },
): string {
  const [port, usual] = plain ? [httpPort, 80] : [httpsPort, 443]
  return port === usual ? hostname : `${hostname}:${port}`
}

/** The base URL of such a host, without a final slash. */
export const siteUrl = (
  hostname: string,
  ports: { plain?: boolean; httpPort: number; httpsPort: number },
): string => `${ports.plain ? 'http' : 'https'}://${siteHost(hostname, ports)}`
