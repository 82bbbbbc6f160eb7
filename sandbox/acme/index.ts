/**
 * The sandbox's ACME server: Pebble validates and issues, and a front before it makes what Pebble
 * issues chain to the sandbox's one root, where Pebble itself makes a new root at every start.
 *
 * A second directory is what Let's Encrypt's staging is among public authorities: reached with a
 * certificate that machines trust, and issuing under a root that none does.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openAuthority } from '../ca/index.ts'
import { handle } from './front.ts'
import { type PebbleOptions, supervisePebble } from './pebble.ts'

export interface AcmeServer {
  /** `https://acme.sandbox.localhost:8472/dir`. */
  directory: string
  /** `https://acme-staging.sandbox.localhost:8472/dir`, and the PEM file of its sites' root. */
  staging: { directory: string; rootPath: string }
  /** Starts Pebble now and not at the first request. */
  warm(): Promise<void>
  /** Pebble's process, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

/**
 * Starts the front; Pebble is started by the first request, or by `warm()`.
 * @param options.name the host name of the directory; `localhost` and the address are served too
 * @param options.stagingName the host name of the second directory
 * @param options.frontPort the port of the directory
 */
export async function startAcme(
  options: PebbleOptions & { name: string; stagingName: string; frontPort: number },
): Promise<AcmeServer> {
  const { authority, host, name, stagingName } = options
  const pebble = supervisePebble(options)
  const [tls, staging] = await Promise.all([
    authority.issue({ names: [name, stagingName, 'localhost'], ips: [host] }),
    openAuthority(join(options.dir, 'acme', 'staging')),
  ])
  const issuer = (asked: string) => (asked.split(':')[0] === stagingName ? staging : authority)
  const server = createServer(tls, handle(pebble, { ...options, issuer }))
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.frontPort, host, done)
  })
  const { port } = server.address() as AddressInfo
  return {
    directory: `https://${name}:${port}/dir`,
    staging: {
      directory: `https://${stagingName}:${port}/dir`,
      rootPath: staging.rootPath,
    },
    warm: () => pebble.ready(),
    pid: () => pebble.pid(),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await pebble.close()
    },
  }
}
