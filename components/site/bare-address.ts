import { isIP } from 'node:net'
import type { ProxySettings } from './caddyfile.ts'

type Site = Pick<ProxySettings, 'hostname' | 'plain' | 'clientAuth'>

/** Has the site no name, but an address alone? */
export const isBare = ({ hostname }: Pick<Site, 'hostname'>): boolean => isIP(hostname) !== 0

/** Visitors of an address name no server, and a reserved IP arrives at another address of the host's. */
export const defaultName = (site: Site): string =>
  isBare(site) && !site.plain ? `\n\tdefault_sni ${site.hostname}` : ''

/**
 * Where clients show certificates Caddy wants the server's name in the handshake to be the one in the
 * request, or a name that asks for none would be the way in. Here is no other name, and none is sent.
 */
export const withoutName = (site: Site): string =>
  isBare(site) && site.clientAuth ? '\n\t\tstrict_sni_host insecure_off' : ''

/** Let's Encrypt certifies addresses in this profile alone (https://letsencrypt.org/docs/profiles). */
export const profile = (site: Site): string[] => (isBare(site) ? ['profile shortlived'] : [])
