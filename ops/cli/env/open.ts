import { Auth0, NO_TENANT } from '../../accounts/auth0.ts'
import { DigitalOcean } from '../../accounts/digitalocean.ts'
import { openPlace } from '../../accounts/place.ts'
import { removeDeadLocks } from '../../engine/locks.ts'
import { ownerIn } from '../../engine/owner.ts'
import { projectHere } from '../../engine/settings.ts'
import type { Context } from '../../environments/context.ts'
import { readTemplate, TEMPLATE } from '../../environments/settings.ts'
import { Stacks } from '../../environments/stacks.ts'

/**
 * What the verbs on environments work with: the accounts that Pulumi.preview.yaml points to, and
 * the backend that one is logged in to.
 * @param quiet what the engine prints is shown only where it fails
 */
export async function openEnvironments({ quiet = false } = {}): Promise<Context> {
  const project = projectHere()
  const { config, zone, parent } = readTemplate(project)
  const place = openPlace(config)
  const { digitalocean } = place
  const owner = await ownerIn(config, project, TEMPLATE)
  await removeDeadLocks()
  return {
    accounts: {
      digitalocean: new DigitalOcean(digitalocean.endpoint, digitalocean.token),
      auth0: place.auth0 ? new Auth0(place.auth0) : NO_TENANT,
    },
    marks: { project, owner, zone, parent },
    stacks: new Stacks({}, quiet),
    exclusive: place.exclusive,
    receipts: place.receipts,
    say: (line) => console.error(line),
  }
}
