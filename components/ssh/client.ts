import { Client, type ClientChannel } from 'ssh2'

/** A host as this computer reaches it. */
export interface Address {
  host: string
  port: number
  /** The only host key that is accepted, as an authorized_keys line. */
  hostKey: string
}

/** What a host is opened with. */
export type Login = { privateKey: string } | { agent: string }

/** These OpenSSH private keys, and then the keys of the agent that this process knows. */
export function loginsWith(privateKeys: string[]): Login[] {
  const { SSH_AUTH_SOCK: agent } = process.env
  return [...privateKeys.map((privateKey) => ({ privateKey })), ...(agent ? [{ agent }] : [])]
}

/** How long one attempt to connect may take, ms. */
const CONNECT_MS = 15_000

/**
 * Opens a connection as `admin` with the first of the logins that the host takes, each in a
 * connection of its own (sshd counts the keys that one connection offers, MaxAuthTries).
 * @param logins the likeliest first
 * @param seconds how long to try while the host cannot be reached
 * @throws Error of the last attempts, of them the one that tells most: what a host has said, which its
 *   key has proved, before what an agent or the network has
 */
export async function connect(address: Address, logins: Login[], seconds: number): Promise<Client> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const failures: Failure[] = []
    for (const login of logins) {
      try {
        return await attempt(address, login)
      } catch (error) {
        failures.push(error as Failure)
      }
    }
    const failure =
      failures.toSorted((one, other) => weight(other) - weight(one))[0] ??
      new Error('there is no key to log in with: SSH_AUTH_SOCK is not set')
    if (Date.now() > deadline) throw failure
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

/** ssh2 says at which step it came to an end. */
type Failure = Error & { level?: string }

/** The least telling first. */
const LEVELS = ['agent', 'client-timeout', 'client-socket', 'handshake', 'client-authentication']
const weight = ({ level = '' }: Failure) => LEVELS.indexOf(level)

function attempt({ host, port, hostKey }: Address, login: Login): Promise<Client> {
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
      ...login,
      readyTimeout: CONNECT_MS,
      algorithms: { serverHostKey: [type as 'ssh-ed25519'] },
      hostVerifier: (key: Buffer) => key.toString('base64') === pinned,
    })
  })
}

/** How a command came to its end. */
interface Ended {
  /** 255 where nobody said so. */
  code: number
  stderr: string
}

const ends = new WeakMap<ClientChannel, Promise<Ended>>()

/** A command's channel: its standard output to read, its standard input to write. */
export function start(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error)
      // Here, as a short command's end comes in one packet with the word that it has begun.
      const end = ended(channel)
      end.catch(() => {})
      ends.set(channel, end)
      resolve(channel)
    })
  })
}

/**
 * Waits for the end of a command that was started here.
 * @returns its exit code; what it wrote to standard error
 */
export function finished(channel: ClientChannel): Promise<Ended> {
  return ends.get(channel) ?? ended(channel)
}

function ended(channel: ClientChannel): Promise<Ended> {
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
