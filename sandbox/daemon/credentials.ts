import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Credentials, readCredentials } from '../control.ts'
import { writeAtomically } from '../files.ts'

/** The simulated accounts' credentials, in the forms that the services give theirs; made once. */
export async function ensureCredentials(dir: string): Promise<Credentials> {
  const kept = await readCredentials(dir)
  if (kept?.issuer) return kept
  const made: Credentials = {
    digitalocean: { token: `dop_v1_${randomBytes(32).toString('hex')}` },
    auth0: {
      clientId: randomBytes(24).toString('base64url'),
      clientSecret: randomBytes(48).toString('base64url'),
    },
    duckdns: { token: randomUUID() },
    issuer: { clientId: randomUUID(), clientSecret: randomBytes(32).toString('base64') },
    // A folder of an earlier version has the others.
    ...kept,
  }
  await writeAtomically(join(dir, 'credentials.json'), JSON.stringify(made, null, 2))
  return made
}
