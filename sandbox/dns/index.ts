/** The sandbox's name server: authoritative for the simulated zones, and for nothing else. */
import type { Server, Socket } from 'node:net'
import DNS, { Packet } from 'dns2'
import type { Cloud } from '../types.ts'
import { answer } from './answer.ts'
import { encodeRecord } from './records.ts'

export interface NameServer {
  host: string
  port: number
  close(): Promise<void>
}

const TYPE_NAMES = new Map<number, string>(
  Object.entries(Packet.TYPE).map(([name, code]) => [code, name]),
)

/** Starts the name server on UDP and TCP; rejects if one of the ports is taken. */
export async function startDns(options: {
  host: string
  port: number
  resolve: Cloud['resolve']
  /** Does it say that it serves the zones itself? A resolver, which remembers, does not; true if absent. */
  authoritative?: boolean
}): Promise<NameServer> {
  const { host, port, resolve, authoritative = true } = options
  const server = DNS.createServer({
    udp: true,
    tcp: true,
    handle: (request, send) => void send(respond(request, resolve, authoritative)),
  })
  // Garbage in a packet is the sender's trouble; the server goes on.
  server.on('requestError', () => {})
  const sockets = new Set<Socket>()
  const { tcp } = (server as unknown as { servers: { tcp: Server } }).servers
  tcp.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen({ udp: { port, address: host }, tcp: { port, address: host } }).then(() => {
      server.off('error', fail)
      done()
    })
  }).catch((error) => {
    void server.close()
    throw error
  })
  server.on('error', () => {})
  return {
    host,
    port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await server.close()
    },
  }
}

function respond(request: Packet, resolve: Cloud['resolve'], authoritative: boolean): Packet {
  const [question, ...more] = request.questions
  if (!question || more.length > 0) {
    return Packet.createErrorResponseFromRequest(request, Packet.RCODE.FORMERR)
  }
  const response = Packet.createResponseFromRequest(request)
  try {
    const type = TYPE_NAMES.get(question.type ?? 0) ?? 'unknown'
    const { rcode, answers, authority } = answer(resolve, question.name, type)
    response.header.rcode = Packet.RCODE[rcode]
    response.header.aa = rcode === 'REFUSED' || !authoritative ? 0 : 1
    response.answers = answers.map((record) => encodeRecord(record.name, record))
    response.authorities = authority.map((record) => encodeRecord(record.name, record))
    // Encoded here once for the error alone: the library encodes where nobody catches.
    response.toBuffer()
    return response
  } catch {
    return Packet.createErrorResponseFromRequest(request, Packet.RCODE.SERVFAIL)
  }
}
