import { connect, createServer, type Socket } from 'node:net'

/** Time from a droplet's first packet to the connection that this computer accepts for it, at most. */
const ARRIVES_MS = 10_000

/** The one way to a database server. */
export interface Gate {
  /** Notes that a droplet begins a connection that it may have. */
  expect(): void
  close(): Promise<void>
}

/**
 * Listens for a database server, and hands on what may come in: connections of droplets, each of which
 * was announced, and those from this computer, which is the internet here, where they are admitted.
 * What may not come in is closed without a word.
 * @param from where clients connect to
 * @param to where the server listens
 * @param admits whether an address outside may come in
 */
export async function startGate(
  from: { host: string; port: number },
  to: { host: string; port: number },
  admits: (address: string) => boolean,
): Promise<Gate> {
  let expected: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const now = Date.now()
    expected = expected.filter((until) => until > now)
    const announced = expected.shift() !== undefined
    if (!announced && !admits(client.remoteAddress ?? '')) return client.destroy()
    const upstream = connect(to)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
    return undefined
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(from.port, from.host, done)
  })
  return {
    expect: () => void expected.push(Date.now() + ARRIVES_MS),
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
