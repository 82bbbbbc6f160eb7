import type { Context } from './context.ts'
import { expiryAfter } from './duration.ts'
import { ownSettings, writeSettings } from './settings.ts'

/** The components whose resources carry the expiry; the release and the probe are none of them. */
const CARRIERS = [
  '**Network$digitalocean:index/tag:Tag::**',
  '**Host$digitalocean:index/droplet:Droplet::**',
  '**Identity$auth0:index/client:Client::**',
]

/**
 * Moves the expiry of an environment that is up.
 * @param ttl milliseconds from now
 * @returns the new expiry, as the key `expires` has it
 * @throws Error if there is no such environment, or the engine fails
 */
export async function extend(
  { marks, stacks }: Context,
  stack: string,
  ttl: number,
): Promise<string> {
  if ((await stacks.resources(stack)).length === 0) {
    throw new Error(`there is no environment ${stack}; ./padlock env list tells which there are`)
  }
  const expires = expiryAfter(ttl)
  const { project } = marks
  writeSettings({ project, stack, expires, set: ownSettings(project, stack) })
  const targets = CARRIERS.flatMap((urn) => ['--target', urn])
  const { code, stdout, stderr } = await stacks.up(stack, targets)
  if (code !== 0) throw new Error(`${stack} keeps its old expiry:\n${stdout}${stderr}`)
  return expires
}
