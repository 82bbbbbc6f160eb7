import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Cloud, Machines } from '../types.ts'
import { splice } from './splice.ts'

/** A public address and port that cannot be listened on. */
export interface Problem {
  address: string
  port: number
  error: NodeJS.ErrnoException
}

export interface Gate {
  /** `address:port` of all that is open, sorted. */
  open(): string[]
  problems(): Problem[]
  /** Resolves once listeners match the cloud as it is now. */
  settled(): Promise<void>
  close(): Promise<void>
}

interface Door {
  server: Server
  dropletId: number
  sockets: Set<Socket>
}

/** A port that another program holds is tried again after this time. */
const RETRY_MS = 3_000
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Where traffic to droplets enters: listens on each of the cloud's addresses at the public ports
 * and at those that firewall rules name, lets through what the cloud firewall admits, and hands it
 * to the machine. What is not admitted is reset: on loopback nothing can be left unanswered.
 */
export function startGate(options: {
  cloud: Cloud
  machines: Machines
  publicPorts: number[]
  log: (line: string) => void
}): Gate {
  const { cloud, machines, log } = options
  const doors = new Map<string, Door>()
  const problems = new Map<string, Problem>()
  let work = Promise.resolve()
  let retry: NodeJS.Timeout | undefined
  let closed = false
  let queued = false

  function reconcile(): void {
    // One that has not begun yet sees this change too.
    if (queued) return
    queued = true
    work = work.then(async () => {
      queued = false
      const wanted = new Map<string, { address: string; port: number; dropletId: number }>()
      const ports = new Set([...options.publicPorts, ...cloud.inboundPorts()])
      for (const { address, dropletId } of closed ? [] : cloud.addresses()) {
        for (const port of ports) {
          wanted.set(`${address}:${port}`, { address, port, dropletId })
        }
      }
      for (const [key, door] of doors) {
        const still = wanted.get(key)
        if (still?.dropletId !== door.dropletId) for (const socket of door.sockets) socket.destroy()
        if (still) door.dropletId = still.dropletId
        else await shut(key, door)
      }
      problems.clear()
      for (const [key, want] of wanted) if (!doors.has(key)) await admit(key, want)
      clearTimeout(retry)
      if (problems.size > 0 && !closed) retry = setTimeout(reconcile, RETRY_MS).unref()
    })
  }

  async function admit(key: string, want: { address: string; port: number; dropletId: number }) {
    const { address, port, dropletId } = want
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
    const door: Door = { server, dropletId, sockets: new Set() }
    server.on('connection', (socket) => {
      door.sockets.add(socket)
      socket.once('close', () => door.sockets.delete(socket))
      socket.on('error', () => {})
      void enter(socket, door.dropletId, port)
    })
    try {
      await new Promise<void>((done, fail) => {
        server.once('error', fail)
        server.listen(port, address, done)
      })
      doors.set(key, door)
    } catch (error) {
      problems.set(key, { address, port, error: error as NodeJS.ErrnoException })
      log(`ingress: ${(error as Error).message}`)
    }
  }

  async function enter(socket: Socket, dropletId: number, port: number): Promise<void> {
    try {
      if (!cloud.admits(dropletId, 'tcp', port, source(socket)))
        return void socket.resetAndDestroy()
      const target = await machines.forward(dropletId, port)
      if (target === undefined || socket.destroyed) return void socket.resetAndDestroy()
      const machine = connect({ ...target, allowHalfOpen: true })
      machine.setTimeout(CONNECT_TIMEOUT_MS, () => machine.destroy(new Error('timeout')))
      machine.once('connect', () => machine.setTimeout(0))
      splice(socket, machine)
    } catch (error) {
      log(`ingress: droplet ${dropletId}, port ${port}: ${(error as Error).message}`)
      socket.resetAndDestroy()
    }
  }

  async function shut(key: string, door: Door): Promise<void> {
    doors.delete(key)
    for (const socket of door.sockets) socket.destroy()
    await new Promise((done) => door.server.close(done))
  }

  cloud.onChange(reconcile)
  reconcile()
  return {
    open: () => [...doors.keys()].sort(),
    problems: () => [...problems.values()],
    settled: () => work,
    async close() {
      closed = true
      clearTimeout(retry)
      reconcile()
      await work
    },
  }
}

/** The client's address; one that came over an IPv6 socket in its IPv4 form. */
function source(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}
