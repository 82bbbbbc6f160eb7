import { type Former, ofKind } from './state.ts'

/** How the site's name comes to the droplet. */
export interface Way {
  /** By a reserved IP; otherwise by the droplet's own address. */
  reserves: boolean
  /** The A record leads to a droplet's own address, or did before, and so moves with the droplet. */
  moves: boolean
  /** The A record is there already. */
  named: boolean
}

/**
 * An account has 3 reserved IPs, and what has an expiry takes none, unless its name leads to an
 * address that must stay. One that a stack has it keeps until it ends, so that an expiry which comes,
 * goes or is new to it costs nobody his connection.
 * @param name of the deployment
 * @param state before this update
 * @param mustStay the name is one that this stack cannot lead elsewhere
 */
export function wayOf(
  name: string,
  expires: Date | undefined,
  state: Former[],
  mustStay = false,
): Way {
  const has = (kind: string, resource: string) =>
    ofKind(state, kind).some(({ urn }) => urn.endsWith(`::${resource}`))
  const reserves = mustStay || expires === undefined || ofKind(state, 'ReservedIp').length > 0
  return {
    reserves,
    moves: !mustStay && (!reserves || has('Command', `${name}-a-known`)),
    named: has('DnsRecord', `${name}-a`),
  }
}
