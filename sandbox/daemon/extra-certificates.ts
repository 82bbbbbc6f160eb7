import { readIfThere } from '../files.ts'

/**
 * Authorities that this computer trusts beside the usual ones (a company's proxy, say), from the
 * file that OpenSSL's and Node's own variables name: what runs in a machine goes through the same.
 * @returns PEM texts
 */
export async function extraCertificates(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const paths = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter((path) => path !== undefined)
  const texts = await Promise.all([...new Set(paths)].map((path) => readIfThere(path)))
  return texts.filter((text) => text !== undefined)
}
