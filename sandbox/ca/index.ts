/**
 * The sandbox's certificate authority: one root, made once and kept, so that a person has to trust
 * one certificate one time. Its servers' certificates and the chains that the ACME front hands out
 * all hang under it.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readIfThere, writeAtomically } from '../files.ts'
import {
  exportKey,
  issueIntermediate,
  issueRoot,
  issueServer,
  newKey,
  parseCertificate,
  parseKey,
} from './certificates.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** A server's certificate is renewed at the first start within this time of its end. */
const RENEW_BEFORE_MS = 60 * DAY_MS

/** PEM texts as `tls.createServer` takes them. */
export interface ServerCertificate {
  key: string
  /** The certificate, followed by the root. */
  cert: string
}

export interface Authority {
  /** `<dir>/ca/root.pem`. */
  rootPath: string
  rootPem: string
  /** A certificate for a server of the sandbox's own; kept in files and renewed in time. */
  issue(subject: { names: string[]; ips?: string[] }): Promise<ServerCertificate>
  /**
   * The certificate of another authority's intermediate, issued anew under our root: same subject,
   * same key, same key identifier, so that what the intermediate signed chains to our root as well.
   */
  crossSign(intermediatePem: string): Promise<string>
}

/** Opens the authority whose files lie in `<dir>/ca`; makes it if there is none. */
export async function openAuthority(dir: string): Promise<Authority> {
  const folder = join(dir, 'ca')
  const rootPath = join(folder, 'root.pem')
  const keyPath = join(folder, 'root.key')
  const root = await load(rootPath, keyPath)
  const rootPem = root.certificate.toString('pem')
  const pending = new Map<string, Promise<ServerCertificate>>()
  const crossSigned = new Map<string, Promise<string>>()

  async function server(names: string[], ips: string[], stem: string): Promise<ServerCertificate> {
    const [key, cert] = await Promise.all([
      readIfThere(join(folder, `${stem}.key`)),
      readIfThere(join(folder, `${stem}.pem`)),
    ])
    if (key && cert?.endsWith(rootPem)) {
      const remaining = parseCertificate(cert).notAfter.getTime() - Date.now()
      if (remaining > RENEW_BEFORE_MS) return { key, cert }
    }
    const keys = await newKey()
    const leaf = await issueServer(root, keys.publicKey, names, ips)
    const made = {
      key: await exportKey(keys.privateKey),
      cert: `${leaf.toString('pem')}\n${rootPem}`,
    }
    await writeAtomically(join(folder, `${stem}.key`), made.key)
    await writeAtomically(join(folder, `${stem}.pem`), made.cert)
    return made
  }

  return {
    rootPath,
    rootPem,
    issue({ names, ips = [] }) {
      const id = createHash('sha256')
        .update([...names, ...ips].join(','))
        .digest('hex')
        .slice(0, 12)
      const stem = `${(names[0] ?? ips[0] ?? 'server').replace(/[^a-z0-9.-]/gi, '_')}-${id}`
      const issued = pending.get(stem) ?? server(names, ips, stem)
      pending.set(stem, issued)
      return issued
    },
    crossSign(pem) {
      const issued =
        crossSigned.get(pem) ??
        issueIntermediate(root, parseCertificate(pem)).then((made) => made.toString('pem'))
      crossSigned.set(pem, issued)
      return issued
    },
  }
}

async function load(rootPath: string, keyPath: string) {
  const [pem, key] = await Promise.all([readIfThere(rootPath), readIfThere(keyPath)])
  if (pem && key) {
    const certificate = parseCertificate(pem)
    if (certificate.notAfter.getTime() > Date.now() + RENEW_BEFORE_MS) {
      return { certificate, privateKey: await parseKey(key) }
    }
  }
  const keys = await newKey()
  const certificate = await issueRoot(keys)
  await writeAtomically(keyPath, await exportKey(keys.privateKey))
  // The root is public, and other users of this computer may want to trust it.
  await writeAtomically(rootPath, certificate.toString('pem'), 0o644)
  return { certificate, privateKey: keys.privateKey }
}
