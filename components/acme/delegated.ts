import { setTimeout as sleep } from 'node:timers/promises'
import { Finding } from '../probe/site.ts'
import {
  type Delegation,
  described,
  leadsToDigitalOcean,
  listed,
  NAME_SERVERS,
} from '../resolution/delegation.ts'

const POLL_MS = 5000
const SAID_EVERY_MS = 30_000

/**
 * Waits until the registrar of a zone names DigitalOcean's servers.
 * @param ask who serves the zone now; a rejection counts as nobody
 * @param seconds how long
 * @param say gets one line at once, and one every half minute
 * @throws Finding where they are not named by then
 */
export async function untilDelegated(
  zone: string,
  ask: () => Promise<Delegation>,
  seconds: number,
  say: (line: string) => void,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  let said = 0
  for (;;) {
    const { done, found } = await ask().then(
      (delegation) => ({ done: leadsToDigitalOcean(delegation), found: described(delegation) }),
      (error: Error) => ({ done: false, found: error.message }),
    )
    if (done) return
    const left = deadline - Date.now()
    if (left <= 0) throw notYet(zone, found, seconds / 60)
    if (Date.now() - said >= SAID_EVERY_MS) {
      said = Date.now()
      say(
        `waiting until ${zone} is delegated to DigitalOcean: enter ${listed(NAME_SERVERS)} at its registrar. ` +
          `Now ${found}. Goes on for ${Math.ceil(left / 60_000)} min`,
      )
    }
    await sleep(Math.min(POLL_MS, left))
  }
}

const notYet = (zone: string, found: string, minutes: number) =>
  new Finding(`${zone} is not delegated to DigitalOcean after ${minutes} min: ${found}`, [
    `the registrar of ${zone}: enter ${listed(NAME_SERVERS)}, in place of all others`,
    `dig NS ${zone}; a registrar may take hours. What was made stays, and the next pulumi up goes on from here`,
    `to wait longer: pulumi config set delegationMinutes 120`,
  ])
