import { connect, createServer, type Server, type Socket } from 'node:net'
import { answer } from '../dns/answer.ts'
import type { Cloud } from '../types.ts'
import { type Peek, serverName } from './client-hello.ts'
import { requestHost } from './http-host.ts'
import { page, unrecognizedName } from './refusals.ts'
import { splice } from './splice.ts'

export interface Router {
  close(): Promise<void>
}

/** Who connects and says nothing for this long is let go. */
const SILENCE_MS = 10_000

/**
 * The one door for browsers on this computer, where every `*.localhost` is 127.0.0.1: takes each
 * connection to the address that the simulated zones give for the name in it, so that several
 * sites can be open at once on the same port.
 * @returns after both ports listen; rejects if one of them is taken
 */
export async function startRouter(options: {
  resolve: Cloud['resolve']
  host: string
  httpPort: number
  httpsPort: number
}): Promise<Router> {
  const { resolve, host, httpPort, httpsPort } = options
  const sockets = new Set<Socket>()
  const accept = (peek: (bytes: Buffer) => Peek, refuse: Refusal, port: number) =>
    createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      route(socket, peek, refuse, port, resolve)
    })
  const http = accept(requestHost, (socket, reason) => socket.end(page(reason)), httpPort)
  const https = accept(serverName, (socket) => socket.end(unrecognizedName), httpsPort)
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await Promise.all([http, https].map((server) => new Promise((done) => server.close(done))))
  }
  try {
    await listen(http, httpPort, host)
    await listen(https, httpsPort, host)
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

type Refusal = (socket: Socket, reason: string) => void

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, done)
  })
}

function route(
  socket: Socket,
  peek: (bytes: Buffer) => Peek,
  refuse: Refusal,
  port: number,
  resolve: Cloud['resolve'],
): void {
  const read: Buffer[] = []
  socket.on('error', () => socket.destroy())
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  socket.once('end', () => socket.end())
  socket.on('data', function more(chunk: Buffer) {
    read.push(chunk)
    const bytes = Buffer.concat(read)
    const found = peek(bytes)
    if (found === 'more') return
    socket.off('data', more)
    socket.removeAllListeners('end')
    socket.pause()
    socket.setTimeout(0)
    const target = locate(found.name, resolve)
    if ('reason' in target) return refuse(socket, target.reason)
    // The same source address goes on, for firewall rules to see it.
    const localAddress = socket.remoteAddress
    const peer = connect({ host: target.address, port, localAddress, allowHalfOpen: true })
    const unreachable = (error: Error) =>
      refuse(socket, `${found.name} is ${target.address}, where nobody answers: ${error.message}`)
    peer.once('error', unreachable)
    peer.once('connect', () => {
      peer.off('error', unreachable)
      peer.write(bytes)
      splice(socket, peer)
    })
  })
}

function locate(
  name: string | undefined,
  resolve: Cloud['resolve'],
): { address: string } | { reason: string } {
  if (name === undefined) return { reason: 'The request names no host.' }
  const { rcode, answers } = answer(resolve, name, 'A')
  const address = answers.find(({ type }) => type === 'A')?.data
  if (rcode === 'REFUSED') return { reason: `No simulated zone holds ${name}.` }
  if (address === undefined) return { reason: `The zone has no A record for ${name}.` }
  if (!address.startsWith('127.')) {
    return { reason: `${name} is ${address}, which is no address of the sandbox.` }
  }
  return { address }
}
