import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { controlPath, type Faults, type Limits, type SandboxStatus } from '../control.ts'
import type { Delegation } from '../dns/delegations.ts'
import type { Addresses } from '../issuer/own.ts'
import type { Endpoint, PowerLoss } from '../types.ts'

/** What the control socket can ask of the sandbox. */
export interface Controlled {
  status(): SandboxStatus
  setFaults(faults: Faults): void
  setLimits(limits: Limits): void
  setDelegation(delegation: Delegation): void
  enterAddresses(addresses: Addresses): Promise<Addresses>
  forward(dropletId: number, port: number): Promise<Endpoint | undefined>
  logWrites(dropletId: number): Promise<void>
  losePower(dropletId: number, seed?: number): Promise<PowerLoss[]>
  stop(): void
}

/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the last a zero. */
const LONGEST_PATH = 103

/** Serves the control protocol, JSON over HTTP, on a socket that only this user can open. */
export async function startControl(dir: string, sandbox: Controlled): Promise<Server> {
  const path = controlPath(dir)
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new Error(
      `the folder ${dir} has too long a path for a unix socket in it: ` +
        `${path} may have ${LONGEST_PATH} bytes; choose a shorter one with --dir`,
    )
  }
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request, sandbox).catch((error: Error) => ({
      status: 400,
      body: { error: error.message },
    }))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  // The lock is ours, so a socket that lies there is a dead sandbox's.
  await rm(path, { force: true })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(path, done))
  await chmod(path, 0o600)
  return server
}

async function answer(
  request: IncomingMessage,
  sandbox: Controlled,
): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const [, droplet, what] = /^\/droplets\/(\d+)\/([a-z-]+)$/.exec(url.pathname) ?? []
  switch (`${request.method} ${droplet ? `/droplets/${what}` : url.pathname}`) {
    case 'GET /status':
      return { status: 200, body: sandbox.status() }
    case 'POST /faults':
      sandbox.setFaults((await json(request)) as Faults)
      return { status: 200, body: {} }
    case 'POST /limits':
      sandbox.setLimits((await json(request)) as Limits)
      return { status: 200, body: {} }
    case 'POST /delegations':
      sandbox.setDelegation((await json(request)) as Delegation)
      return { status: 200, body: {} }
    case 'POST /issuer/addresses':
      return { status: 200, body: await sandbox.enterAddresses((await json(request)) as Addresses) }
    case 'GET /droplets/forward': {
      const port = Number(url.searchParams.get('port'))
      return { status: 200, body: { endpoint: await sandbox.forward(Number(droplet), port) } }
    }
    case 'POST /droplets/logged-writes':
      await sandbox.logWrites(Number(droplet))
      return { status: 200, body: {} }
    case 'POST /droplets/power-loss': {
      const { seed } = (await json(request)) as { seed?: number }
      return { status: 200, body: { volumes: await sandbox.losePower(Number(droplet), seed) } }
    }
    case 'POST /stop':
      sandbox.stop()
      return { status: 202, body: {} }
    default:
      return { status: 404, body: { error: `there is no ${request.method} ${url.pathname}` } }
  }
}
