/** What is waited for before a command on a host begins. */
import { createServer, type Server } from 'node:net'
import { portAnswers } from '../../../components/ssh/on-host.ts'
import { freePort } from '../../../sandbox/ports.ts'

let server: Server | undefined
afterEach(() => server?.close())

/** A port that does this with a connection. */
async function port(greet: (write: (text: string) => void) => void): Promise<number> {
  const listener = createServer((socket) => {
    socket.on('error', () => {})
    greet((text) => socket.write(text))
    setTimeout(() => socket.destroy(), 3_000).unref()
  })
  server = listener
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
  return (listener.address() as { port: number }).port
}

test('a host whose ssh server speaks is gone on with', async () => {
  const open = await port((write) => write('SSH-2.0-OpenSSH_10.0\r\n'))
  await expect(portAnswers('127.0.0.1', open, 60)).resolves.toBeUndefined()
})

test('a closed port, and one that stays silent, end in a message that names sshFrom', async () => {
  const closed = await freePort()
  await expect(portAnswers('127.0.0.1', closed, 1)).rejects.toThrow(
    `127.0.0.1:${closed} takes no connection from here for 1 s (ECONNREFUSED). sshFrom must name the network`,
  )
  const silent = await port(() => {})
  await expect(portAnswers('127.0.0.1', silent, 1)).rejects.toThrow('sshFrom must name')
})
