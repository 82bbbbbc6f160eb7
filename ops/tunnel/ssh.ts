import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Tunnel } from './access.ts'

/** Why a connection ended, as far as ssh's words tell. */
export type Why = 'unreachable' | 'host key' | 'denied' | 'rejected' | 'other'

export interface Ended {
  why: Why
  /** ssh's own words. */
  said: string
}

export interface Events {
  /** The name leads here from now on. */
  connected(): void
  /** Somebody came, and nothing listens at the port. */
  nobodyListens(): void
}

export interface Opened {
  ended: Promise<Ended>
  stop(): void
}

/** Where sshd binds, below the root of the user's sessions (host/padlock-tunnels). */
const SOCKETS = '/sockets'
/** The key goes from memory into an agent that lives as long as the connection. */
const WITH_KEY = 'ssh-add -q - && exec ssh "$@"'

/** Connects once; ssh forwards the tunnel's socket on the host to a port of this computer. */
export function openTunnel(tunnel: Tunnel, port: number, events: Events): Opened {
  const words = arguments_(tunnel, port)
  const child = tunnel.privateKey
    ? spawn('ssh-agent', ['sh', '-c', WITH_KEY, 'ssh', ...words], { stdio: STDIO })
    : spawn('ssh', words, { stdio: STDIO })
  child.stdin.on('error', () => undefined)
  child.stdin.end(tunnel.privateKey)
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  lines.on('line', (line) => {
    if (/^debug\d: remote forward success for: /.test(line)) events.connected()
    else if (/^connect_to \S+ port \d+: failed/.test(line)) events.nobodyListens()
    else if (isTelling(line)) said.push(line)
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve({ why: why(said.join('\n')), said: said.join('\n').trim() }))
  })
  return { ended, stop: () => child.kill() }
}

const STDIO: ['pipe', 'ignore', 'pipe'] = ['pipe', 'ignore', 'pipe']

/** Without what `-v` adds; it is needed for the word that a forwarding is there. */
const isTelling = (line: string) =>
  line.trim() !== '' &&
  !/^(debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second: )/.test(line)

/** Options of ssh(1); whatever the user's own configuration says of them comes second. */
function arguments_({ name, ip, port: sshPort, hostKey, privateKey }: Tunnel, port: number) {
  // known_hosts puts a port other than 22 in brackets (sshd(8)).
  const known = sshPort === 22 ? ip : `[${ip}]:${sshPort}`
  const options = {
    BatchMode: 'yes',
    ConnectTimeout: 15,
    // A socket that cannot be bound is told and not passed over.
    ExitOnForwardFailure: 'yes',
    // A network that went away is noticed after half a minute.
    ServerAliveInterval: 10,
    ServerAliveCountMax: 3,
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: '/dev/null',
    GlobalKnownHostsFile: '/dev/null',
    KnownHostsCommand: `/bin/echo ${known} ${hostKey}`,
    ControlMaster: 'no',
    ControlPath: 'none',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    // A person's own ssh_config may say otherwise of agents.
    ...(privateKey && {
      IdentityFile: 'none',
      IdentitiesOnly: 'no',
      IdentityAgent: 'SSH_AUTH_SOCK',
    }),
  }
  return [
    ...['-v', '-N', '-T', '-n', '-p', String(sshPort)],
    ...Object.entries(options).flatMap(([option, value]) => ['-o', `${option}=${value}`]),
    ...['-R', `${SOCKETS}/${name}.sock:localhost:${port}`, `tunnel@${ip}`],
  ]
}

function why(said: string): Why {
  if (/Host key verification failed|IDENTIFICATION HAS CHANGED/.test(said)) return 'host key'
  if (/Permission denied/.test(said)) return 'denied'
  if (/remote port forwarding failed/.test(said)) return 'rejected'
  if (/timed out|refused|unreachable|No route to host|reset by|closed by/i.test(said)) {
    return 'unreachable'
  }
  return 'other'
}
