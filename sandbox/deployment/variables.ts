import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import { readCredentials, readSandbox } from '../control.ts'
import { readIfThere, writeAtomically } from '../files.ts'

/** Opens the dev stack's state, which describes simulated accounts on this computer. */
const PASSPHRASE = 'sandbox'

/**
 * The variables with which a plain `pulumi` and the operators' verbs work on the sandbox: engine,
 * backend, credentials and trust. Also written to `<dir>/env`, for a shell to source.
 * @param toolchain what the engine itself needs
 */
export async function deploymentEnvironment(
  dir: string,
  toolchain: Record<string, string>,
): Promise<Record<string, string>> {
  const [sandbox, credentials] = await Promise.all([readSandbox(dir), readCredentials(dir)])
  if (!sandbox || !credentials)
    throw new Error('the sandbox does not run. Fix: ./padlock sandbox start')
  await mkdir(join(dir, 'state'), { recursive: true, mode: 0o700 })
  const environment = {
    ...toolchain,
    // Each file has another beside it with its attributes, which is not replaced in one step: an
    // engine that is killed there leaves a state that cannot be read (gocloud.dev, blob/fileblob).
    PULUMI_BACKEND_URL: `file://${resolve(dir, 'state')}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    DIGITALOCEAN_TOKEN: credentials.digitalocean.token,
    // The provider's template of Spaces' endpoints.
    SPACES_ENDPOINT_URL: sandbox.spaces.endpoint,
    AUTH0_CLIENT_ID: credentials.auth0.clientId,
    AUTH0_CLIENT_SECRET: credentials.auth0.clientSecret,
    SSL_CERT_FILE: await trustBundle(dir, sandbox.ca),
    NODE_EXTRA_CA_CERTS: await extraRoots(dir, sandbox.ca),
    PADLOCK_EXCLUSIVE: sandbox.digitalocean.url,
    PADLOCK_RECEIPTS: resolve(dir, 'receipts'),
  }
  await writeAtomically(join(dir, 'env'), shellFile(environment))
  return environment
}

/** Go reads one file of roots (SSL_CERT_FILE replaces its own), so it must hold all of them. */
async function trustBundle(dir: string, root: string): Promise<string> {
  const path = resolve(dir, 'ca', 'bundle.pem')
  const inherited = process.env.SSL_CERT_FILE
  const others =
    inherited && resolve(inherited) !== path
      ? ((await readIfThere(inherited)) ?? '')
      : rootCertificates.join('\n')
  await writeAtomically(path, `${others.trimEnd()}\n${await readIfThere(root)}`)
  return path
}

/** Node keeps its own roots beside those of NODE_EXTRA_CA_CERTS. */
async function extraRoots(dir: string, root: string): Promise<string> {
  const path = resolve(dir, 'ca', 'extra.pem')
  const inherited = process.env.NODE_EXTRA_CA_CERTS
  if (!inherited || resolve(inherited) === resolve(root)) return resolve(root)
  if (resolve(inherited) === path) return path
  const others = (await readIfThere(inherited)) ?? ''
  await writeAtomically(path, `${others.trimEnd()}\n${await readIfThere(root)}`)
  return path
}

function shellFile(environment: Record<string, string>): string {
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  )
  return `# What a plain \`pulumi\` and ./padlock need here: . .sandbox/env\n${lines.join('\n')}\n`
}
