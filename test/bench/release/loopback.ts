import { execFile } from 'node:child_process'
import { lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { HOST, startOwnSite } from '../../sandbox/proxy/own-site.ts'
import { type Kind, manifest } from './manifest.ts'
import type { Target } from './target.ts'

/** Its folder has the host's: `app/current` and `app/current-2` are ways, `units` has process ids. */
export interface Loopback extends Target {
  folder: string
  /** What the site's certificate chains to, PEM. */
  root: string
}

const PROGRAM = join(import.meta.dirname, 'host.py')

/**
 * The package's Caddy with the site's own Caddyfile, and the host's own release program, on this
 * computer: no machine, no container.
 * @param replicas how many processes serve a release
 * @param good of the releases that come up
 */
export async function loopback(replicas = 1, good: Kind = 'good'): Promise<Loopback> {
  const site = await startOwnSite('app/current/app.sock')
  const authority = await openAuthority(site.folder)
  const { key, cert } = await authority.issue({ names: [HOST] })
  await site.stage(
    { ownCertificate: true, replicas, responseSeconds: 60 },
    { certificate: `${cert}\n${key}` },
  )
  writeFileSync(join(site.folder, 'root.pem'), authority.rootPem)
  const host = async (words: string[], input = '') => {
    const env = { ...process.env, NODE: process.execPath }
    const asked = promisify(execFile)('python3', [PROGRAM, site.folder, ...words], { env })
    asked.child.stdin?.end(input)
    return asked
  }
  let count = 0
  const release = async (kind: Kind) => {
    const id = (++count).toString(16).padStart(12, '0')
    const told = { id, kind, replicas, host: `${HOST}:${site.httpsPort}` }
    await host(['release'], JSON.stringify(manifest(told)))
  }
  try {
    await release(good)
  } catch (error) {
    await site.close()
    throw error
  }
  return {
    folder: site.folder,
    root: authority.rootPem,
    name: 'padlock, on loopback',
    url: `https://${HOST}:${site.httpsPort}/`,
    post: '/',
    address: '127.0.0.1',
    async release() {
      await release(good)
      return lstatSync(join(site.folder, 'app/current')).ctimeMs
    },
    async breaks() {
      const before = lstatSync(join(site.folder, 'app/current')).ctimeMs
      const failed = await release('broken').then(
        () => undefined,
        (error: Error) => error.message,
      )
      if (!failed?.includes('not ready after 3 s')) throw new Error(`not refused: ${failed}`)
      const after = lstatSync(join(site.folder, 'app/current')).ctimeMs
      if (after !== before) throw new Error('the broken release serves')
    },
    async close() {
      await host(['end'])
      await site.close()
    },
  }
}
