import { existsSync } from 'node:fs'
import { DigitalOcean } from '../../accounts/digitalocean.ts'
import { openPlace } from '../../accounts/place.ts'
import { ownerIn } from '../../engine/owner.ts'
import { projectHere } from '../../engine/settings.ts'
import { readSettings, settingsFile, TEMPLATE } from '../../environments/settings.ts'
import { Stacks } from '../../environments/stacks.ts'

/** The account that a stack's settings point to, and what of them a way to its host needs. */
export interface Target {
  api: DigitalOcean
  /** Host of the API, which tells whether it is this computer's. */
  endpoint: string
  project: string
  sshPort: number
  /** Owner id of the stack. */
  owner: string
  /** Are the accounts the project's alone? */
  exclusive: boolean
}

/** @throws Error if neither the stack nor the environments have settings here */
export async function targetOf(stack: string): Promise<Target> {
  const project = projectHere()
  const file = [settingsFile(stack), TEMPLATE].find((one) => existsSync(one))
  if (!file) throw new Error(`${settingsFile(stack)} is not here. Fix: run this in the checkout`)
  const { config } = readSettings(file, project)
  const { digitalocean, exclusive } = openPlace(config)
  const { endpoint, token } = digitalocean
  return {
    api: new DigitalOcean(endpoint, token),
    endpoint: new URL(endpoint).hostname,
    project,
    sshPort: Number(config[`${project}:sshPort`] ?? 22),
    owner: await ownerIn(config, project, file),
    exclusive,
  }
}

/**
 * A stack without settings here would get those of the environments, and a mistyped name a way in to
 * nothing.
 * @throws Error that names the stacks there are
 */
export async function mustExist(stack: string): Promise<void> {
  const names = (await new Stacks({}, true).list()).map(({ name }) => name)
  if (names.includes(stack)) return
  const there = names.length > 0 ? names.join(', ') : 'none'
  throw new Error(`there is no stack ${stack} in this backend. Allowed: ${there}`)
}

/** Of a run of a workflow its number. */
export const standardLabel = (): string =>
  process.env.GITHUB_RUN_ID ? `run-${process.env.GITHUB_RUN_ID}` : 'by-hand'
