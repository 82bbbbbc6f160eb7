/**
 * The sandbox's ACME server: Pebble validates and issues, and a front before it makes what Pebble
 * issues chain to the sandbox's one root, where Pebble itself makes a new root at every start.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { handle } from './front.ts'
import { type PebbleOptions, supervisePebble } from './pebble.ts'

export interface AcmeServer {
  /** `https://acme.sandbox.localhost:8472/dir`. */
  directory: string
  /** Starts Pebble now and not at the first request. */
  warm(): Promise<void>
  /** Pebble's process, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

/**
 * Starts the front; Pebble is started by the first request, or by `warm()`.
 * @param options.name the host name of the directory; `localhost` and the address are served too
 * @param options.frontPort the port of the directory
 */
export async function startAcme(
  options: PebbleOptions & { name: string; frontPort: number },
): Promise<AcmeServer> {
  const { authority, host, name } = options
  const pebble = supervisePebble(options)
  const tls = await authority.issue({ names: [name, 'localhost'], ips: [host] })
  const server = createServer(tls, handle(pebble, options))
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.frontPort, host, done)
  })
  const { port } = server.address() as AddressInfo
  return {
    directory: `https://${name}:${port}/dir`,
    warm: () => pebble.ready(),
    pid: () => pebble.pid(),
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await pebble.close()
    },
  }
}
