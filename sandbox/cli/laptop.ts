import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readCredentials, readSandbox } from '../control.ts'
import { SANDBOX } from '../deployment/environment.ts'
import { laptopEnvironment } from '../deployment/laptop.ts'
import { writeAtomically } from '../files.ts'

const FILE = join(SANDBOX, 'laptop.env')
/** A copy of the root that the app's user in the container may read. */
const ROOT = join(SANDBOX, 'laptop-root.pem')

export const help = `padlock sandbox laptop [--port 8000]

Writes ${FILE}, with which \`docker compose up --build\` runs the reference app in a
container of this computer: the environment that a host gives, and a login at the sandbox's
tenant. See compose.yaml.

  --port   where the app listens, on loopback

Exit code 0: written. 1: the sandbox does not run. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { port: { type: 'string', default: '8000' } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    console.error(`padlock sandbox laptop: ${values.port} is not a TCP port\n\n${help}`)
    return 2
  }
  const [sandbox, credentials] = await Promise.all([readSandbox(SANDBOX), readCredentials(SANDBOX)])
  if (!sandbox || !credentials) {
    throw new Error('the sandbox does not run. Fix: ./padlock sandbox start --machines none')
  }
  const environment = await laptopEnvironment(sandbox, credentials, port)
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`)
  await writeAtomically(ROOT, await readFile(sandbox.ca), 0o644)
  await writeAtomically(FILE, lines.join(''))
  console.log(`${FILE} is written. docker compose up --build, then ${environment.APP_URL}`)
  return 0
}
