import { constants } from 'node:os'
import type { Client, ClientChannel } from 'ssh2'
import type { Output } from './output.ts'

/** How a remote command ended; nothing of it if the connection was lost. */
export interface Exit {
  code?: number
  /** Without `SIG`. */
  signal?: string
}

/** A session on which a command may be started; variables come first. */
export interface Session {
  /** Asks the server to set a variable; false if it refuses. */
  setEnv(name: string, value: string): Promise<boolean>
  run(command: string, stdin: string | undefined, output: Output): Promise<Exit>
}

/**
 * The few members of ssh2's insides that are used here. Its public `exec` sends variables without
 * asking whether the server takes them, and starts the command in the same breath; a refusal must
 * be known before. Written for the version pinned in package.json.
 */
interface Insides {
  _chanMgr: { add(callback: (error: Error | undefined, channel: Channel) => void): number }
  _protocol: {
    session(channel: number, window: number, packet: number): void
    env(channel: number, name: string, value: string, wantReply: boolean): void
    exec(channel: number, command: string, wantReply: boolean): void
  }
}
type Channel = ClientChannel & {
  _callbacks: ((failed: boolean) => void)[]
  outgoing: { id: number }
  subtype: string
}
const WINDOW = 2 * 1024 * 1024
const PACKET = 32 * 1024

/** Opens a session on a connection that is ready. */
export async function openSession(client: Client): Promise<Session> {
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as Insides
  const channel = await new Promise<Channel>((resolve, reject) => {
    const opened = (error: Error | undefined, channel: Channel) =>
      error ? reject(new Error(`ssh: ${error.message}`)) : resolve(channel)
    const id = channels.add(Object.assign(opened, { type: 'session' }))
    client.once('close', () => reject(new Error('ssh: connection lost')))
    protocol.session(id, WINDOW, PACKET)
  })
  const accepted = () =>
    new Promise<boolean>((resolve) => {
      channel._callbacks.push((failed) => resolve(!failed))
      client.once('close', () => resolve(false))
    })
  return {
    setEnv(name, value) {
      const reply = accepted()
      protocol.env(channel.outgoing.id, name, value, true)
      return reply
    },
    async run(command, stdin, output) {
      channel.subtype = 'exec'
      const exit = watch(channel, output)
      const reply = accepted()
      protocol.exec(channel.outgoing.id, command, true)
      if (!(await reply)) throw new Error(`ssh: command ${command} failed`)
      channel.end(stdin ?? '')
      return exit
    },
  }
}

function watch(channel: ClientChannel, output: Output): Promise<Exit> {
  return new Promise((resolve) => {
    const exit: Exit = {}
    channel.on('data', (chunk: Buffer) => output.add('stdout', chunk))
    channel.stderr.on('data', (chunk: Buffer) => output.add('stderr', chunk))
    channel.on('exit', (code: number | null, signal?: string) => {
      if (code !== null) exit.code = code
      else exit.signal = String(signal).replace(/^SIG/, '')
    })
    // A command that ends without reading its stdin breaks that pipe: no fault of it.
    channel.on('error', () => {})
    channel.once('close', () => resolve(exit))
  })
}

/** What went wrong, in the words of Go's ssh package; undefined after success. */
export function exitFault({ code, signal }: Exit): string | undefined {
  if (signal !== undefined) {
    const number = constants.signals[`SIG${signal}` as NodeJS.Signals] ?? 0
    return `Process exited with status ${128 + number} from signal ${signal}`
  }
  if (code === undefined) return 'wait: remote command exited without exit status or exit signal'
  return code === 0 ? undefined : `Process exited with status ${code}`
}
