import { join } from 'node:path'
import type { ServerCertificate } from '../ca/index.ts'
import type { Credentials } from '../control.ts'
import { readIfThere, writeAtomically } from '../files.ts'
import { type Issuer, startIssuer } from './index.ts'

/** Where people may come back to, matched as a whole. */
export interface Addresses {
  /** After a login. */
  callbacks: string[]
  /** After a log-out. */
  logoutUrls: string[]
}

export interface OwnIssuer extends Issuer {
  /**
   * Enters addresses beside those that are there; all of them then.
   * @throws Error that names one that an issuer would not take
   */
  enter(addresses: Addresses): Promise<Addresses>
}

/** An application must have one; nobody is at this one (RFC 6761 6.4). */
const NOWHERE = 'https://none.invalid/'

/**
 * The sandbox's issuer. It has one application, whose addresses are entered by hand as at any issuer,
 * and kept in `<dir>/issuer.json`.
 */
export async function openIssuer(options: {
  dir: string
  host: string
  port: number
  certificate: ServerCertificate
  credentials: Credentials['issuer']
  log: (line: string) => void
}): Promise<OwnIssuer> {
  const { dir, credentials, ...where } = options
  const path = join(dir, 'issuer.json')
  const kept = await readIfThere(path)
  let known: Addresses = kept ? JSON.parse(kept) : { callbacks: [], logoutUrls: [] }
  const application = () => ({
    id: credentials.clientId,
    secret: credentials.clientSecret,
    logoutUrls: known.logoutUrls,
    callbacks: known.callbacks.length > 0 ? known.callbacks : [NOWHERE],
  })
  const issuer = await startIssuer({ ...where, applications: [application()] })
  return {
    ...issuer,
    async enter({ callbacks, logoutUrls }) {
      const added = { callbacks: callbacks.map(sound), logoutUrls: logoutUrls.map(sound) }
      known = {
        callbacks: [...new Set([...known.callbacks, ...added.callbacks])],
        logoutUrls: [...new Set([...known.logoutUrls, ...added.logoutUrls])],
      }
      await writeAtomically(path, JSON.stringify(known, null, 2))
      issuer.register([application()])
      return known
    },
  }
}

/** Matched as a whole afterwards, so it is kept as it was given. */
function sound(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  const secure = url?.protocol === 'https:'
  const here = url?.protocol === 'http:' && url.hostname === 'localhost'
  if (!url || url.hash || !(secure || here)) {
    throw new Error(
      `${address} is no address to come back to: https (http at localhost), without a fragment`,
    )
  }
  return address
}
