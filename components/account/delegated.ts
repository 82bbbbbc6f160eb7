import { log } from '@pulumi/pulumi'
import {
  type Delegation,
  delegationOf,
  described,
  leadsToDigitalOcean,
  listed,
  NAME_SERVERS,
  Unresolvable,
} from '../resolution/delegation.ts'
import { type Former, ofKind } from '../state.ts'
import { configurationError } from './error.ts'

export interface DelegationOptions {
  zone: string
  manageZone: boolean
  /** `IP:port` that is asked; absent for the servers of the zone's parent. */
  dnsServer?: string
}

/**
 * Do the zone's NS records lead to DigitalOcean? Asked until the stack has its A record: from then
 * on the probe asks the site by its name.
 * @throws RunError where they do not, and the stack does not make the zone either
 */
export async function checkDelegation(options: DelegationOptions, state: Former[]): Promise<void> {
  const { zone, manageZone, dnsServer } = options
  if (ofKind(state, 'DnsRecord').some(({ outputs }) => outputs.type === 'A')) return
  let delegation: Delegation
  try {
    delegation = await delegationOf(zone, dnsServer)
  } catch (error) {
    const { message } = error as Error
    // One that is to be made is served by nobody yet.
    if (manageZone) return
    if (error instanceof Unresolvable) throw elsewhere(zone, message)
    return log.warn(`Whether ${zone} is delegated to DigitalOcean could not be asked: ${message}`)
  }
  if (leadsToDigitalOcean(delegation)) return
  if (!manageZone) throw elsewhere(zone, described(delegation))
  await log.info(
    `${zone} is not delegated to DigitalOcean yet: ${described(delegation)}. Enter ${listed(NAME_SERVERS)} ` +
      'at its registrar; the update makes the zone and goes on once they answer.',
  )
}

const elsewhere = (zone: string, found: string) =>
  configurationError(
    `zone = "${zone}" is not delegated to DigitalOcean: ${found}`,
    `a zone whose registrar names ${listed(NAME_SERVERS)}`,
    `enter these at the registrar of ${zone}, in place of all others, and wait until "dig NS ${zone}" shows them; ` +
      'if this network answers otherwise than the public one: pulumi config set dnsServer 1.1.1.1:53',
  )
