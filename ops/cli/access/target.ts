import { existsSync } from 'node:fs'
import { DigitalOcean } from '../../accounts/digitalocean.ts'
import { openPlace } from '../../accounts/place.ts'
import { projectHere } from '../../engine/settings.ts'
import { readSettings, settingsFile, TEMPLATE } from '../../environments/settings.ts'

/** The account that a stack's settings point to, and what of them a way to its host needs. */
export interface Target {
  api: DigitalOcean
  /** Host of the API, which tells whether it is this computer's. */
  endpoint: string
  project: string
  sshPort: number
}

/** @throws Error if neither the stack nor the environments have settings here */
export function targetOf(stack: string): Target {
  const project = projectHere()
  const file = [settingsFile(stack), TEMPLATE].find((one) => existsSync(one))
  if (!file) throw new Error(`${settingsFile(stack)} is not here. Fix: run this in the checkout`)
  const { config } = readSettings(file, project)
  const { endpoint, token } = openPlace(config).digitalocean
  return {
    api: new DigitalOcean(endpoint, token),
    endpoint: new URL(endpoint).hostname,
    project,
    sshPort: Number(config[`${project}:sshPort`] ?? 22),
  }
}

/** Of a run of a workflow its number. */
export const standardLabel = (): string =>
  process.env.GITHUB_RUN_ID ? `run-${process.env.GITHUB_RUN_ID}` : 'by-hand'
