import { Client, type ClientChannel } from 'ssh2'

/** A host as this computer reaches it. */
export interface Address {
  host: string
  port: number
  /** The only host key that is accepted, as an authorized_keys line. */
  hostKey: string
}

/** How long one attempt to connect may take, ms. */
const CONNECT_MS = 15_000

/**
 * Opens a connection as `admin` with the first of the keys that the host takes, each in a
 * connection of its own (sshd counts the keys that one connection offers, MaxAuthTries).
 * @param privateKeys OpenSSH private keys, the likeliest first
 * @param seconds how long to try while the host cannot be reached
 * @throws Error of the last attempt
 */
export async function connect(
  address: Address,
  privateKeys: string[],
  seconds: number,
): Promise<Client> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    let failure: unknown
    for (const privateKey of privateKeys) {
      try {
        return await attempt(address, privateKey)
      } catch (error) {
        failure = error
      }
    }
    if (Date.now() > deadline) throw failure
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

function attempt({ host, port, hostKey }: Address, privateKey: string): Promise<Client> {
  const [type = '', pinned = ''] = hostKey.split(/\s+/)
  return new Promise((resolve, reject) => {
    const client = new Client()
    client.once('ready', () => resolve(client))
    client.on('error', (error) => {
      client.destroy()
      reject(error)
    })
    client.connect({
      host,
      port,
      username: 'admin',
      privateKey,
      readyTimeout: CONNECT_MS,
      algorithms: { serverHostKey: [type as 'ssh-ed25519'] },
      hostVerifier: (key: Buffer) => key.toString('base64') === pinned,
    })
  })
}

/** A command's channel: its standard output to read, its standard input to write. */
export function start(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)))
  })
}

/**
 * Waits for the end of a command.
 * @returns its exit code; what it wrote to standard error
 */
export function finished(channel: ClientChannel): Promise<{ code: number; stderr: string }> {
  let stderr = ''
  channel.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    let code = 255
    channel.once('exit', (status: number | null) => {
      code = status ?? 255
    })
    channel.once('close', () => resolve({ code, stderr }))
    channel.once('error', reject)
  })
}
