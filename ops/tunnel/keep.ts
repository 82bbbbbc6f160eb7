import type { Tunnel } from './access.ts'
import type { Ended, Opened, openTunnel } from './ssh.ts'

export interface KeepOptions {
  stack: string
  port: number
  /** What the stack says now; it is asked again when a connection does not come back. */
  read: () => Promise<Tunnel>
  open: typeof openTunnel
  say: (line: string) => void
  /** Aborted when the user has had enough. */
  signal: AbortSignal
  /** Milliseconds. */
  pause: (ms: number) => Promise<unknown>
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

/**
 * Keeps a tunnel open until the user has had enough: one that was there comes back by itself, with
 * pauses that grow to half a minute.
 * @throws Error if the first connection does not come about, or the host takes the key no more
 */
export async function keepOpen(tunnel: Tunnel, options: KeepOptions): Promise<void> {
  const { stack, port, read, open, say, signal, pause } = options
  let at = tunnel
  let before = false
  for (let delay = FIRST_PAUSE_MS; ; delay = Math.min(delay * 2, LONGEST_PAUSE_MS)) {
    let connected = false
    const opened = open(at, port, {
      connected() {
        say(before ? 'connected again' : 'connected; Ctrl-C ends it')
        connected = before = true
      },
      nobodyListens: () => say(`somebody came, and nothing listens on localhost:${port}`),
    })
    const ended = await untilEnd(opened, signal)
    if (signal.aborted) return
    if (connected) delay = FIRST_PAUSE_MS
    else if (!before || ended.why === 'rejected') throw new Error(told(stack, at, ended))
    say(
      `the connection is away${ended.said ? ` (${lastLine(ended)})` : ''}: again in ${delay / 1000} s`,
    )
    await pause(delay)
    if (signal.aborted) return
    // The host may be another one by now, with keys of its own.
    if (!connected && ended.why !== 'unreachable') at = await read().catch(() => at)
  }
}

async function untilEnd({ ended, stop }: Opened, signal: AbortSignal): Promise<Ended> {
  signal.addEventListener('abort', stop)
  try {
    return await ended
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const lastLine = ({ said }: Ended) => said.split('\n').at(-1)

function told(stack: string, { name, ip, port }: Tunnel, { why, said }: Ended): string {
  const messages = {
    unreachable: `${ip}:${port} takes no connection from here; sshFrom must name the network that this runs in. Fix: ./padlock access open --stack ${stack}`,
    'host key': `the host at ${ip} is not the one that the stack knows. Fix: pulumi up --stack ${stack}`,
    denied: `the host takes the stack's key for tunnels no more. Fix: pulumi up --stack ${stack}; with sshKey = "agent", ssh-add one of adminSshKeys`,
    rejected: `the host has no place for the tunnel ${name}. Fix: pulumi up --stack ${stack}`,
    other: `the tunnel ${name} does not come about`,
  }
  return `${messages[why]}${said ? `:\n${said}` : ''}`
}
