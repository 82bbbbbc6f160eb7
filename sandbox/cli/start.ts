import { SANDBOX, sandboxEnvironment } from '../deployment/environment.ts'
import { startSandbox } from '../deployment/start.ts'
import { PORTS } from '../settings.ts'
import { phase } from './progress.ts'

const flags = Object.values(PORTS)
  .map(({ flag, number, what }) => `  --${flag.padEnd(24)} ${String(number).padEnd(6)} ${what}`)
  .join('\n')

export const help = `padlock sandbox start [--machines none] [--ports auto | --NAME-port N ...]

Starts DigitalOcean, Auth0, certificate authority, DNS and droplets, simulated on this
computer, in the background, and makes the engine ready. A sandbox that runs already is left
alone.

${flags}
  --ports auto                    any free ports, the same at every start
  --machines none                 the APIs alone: droplets are made but do not boot

Files: ${SANDBOX}/env (. ${SANDBOX}/env, then pulumi and ./padlock work on it), sandbox.json
(where things are), logs, ca/root.pem.
Exit code 0: it is ready. 1: what stands in the way.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const file = await phase('sandbox', (update) => startSandbox(SANDBOX, update, args))
  await phase('engine', (update) => sandboxEnvironment(update))
  console.log(`DigitalOcean ${file.digitalocean.url}, Auth0 https://${file.auth0.customDomain}/`)
  console.log(`with pulumi and ./padlock: . ${SANDBOX}/env`)
  return 0
}
