/**
 * A small SSH server for tests, on a free loopback port: it runs commands with a real shell in a
 * temporary home, and takes files over SFTP. What a test would want of a host is an option or can
 * be changed while it runs: its host keys, whom it lets in, which variables it takes.
 *
 * Programs in `<home>/bin` come first on the commands' PATH, so a test can put a script of its own
 * in the place of `sudo`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import ssh from 'ssh2'
import { serveFiles } from './sftp-server.ts'
import { generateKey } from './ssh-key.ts'

export interface SshServerOptions {
  /** Private keys, any form ssh2 reads. Default: a fresh ED25519 one. */
  hostKeys?: string[]
  /** Public keys that are let in, authorized_keys lines. Default: none, see `allow`. */
  authorizedKeys?: string[]
  /** User names that exist. Default: every name. */
  users?: string[]
  /** Names of variables that a client may set. Default: LANG and LC_*, as Debian has it. */
  acceptEnv?: RegExp
  /** Default: any free one. */
  port?: number
  /** Default: `sh`. */
  shell?: string
  /** Default: a temporary directory, made and removed by the server. */
  home?: string
  /** The folder that absolute paths of copied files lie under. Default: `/`. */
  root?: string
  /** Variables of every command, beside PATH, HOME and USER. */
  environment?: Record<string, string>
  /** Called when a command has ended, before the client learns of it. */
  onExit?: (command: string, code: number | null) => void
}

export interface SshServer {
  host: '127.0.0.1'
  port: number
  /** The home of every user, with its real path. */
  home: string
  /** The host keys' public halves, authorized_keys lines. */
  hostKeys(): string[]
  setHostKeys(privateKeys: string[]): void
  /** Lets one more public key in. */
  allow(publicKey: string): void
  /** Lets nobody in any more. */
  denyAll(): void
  /** The commands that were run so far, with the user's name. */
  commands: { user: string; command: string }[]
  /** How many connections got as far as TCP. */
  connections(): number
  /** Breaks all connections, as if the host had died. */
  dropConnections(): void
  /** Stops listening, ends commands that still run, and removes a home of its own making. */
  close(): Promise<void>
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const home = realpathSync(options.home ?? mkdtempSync(join(tmpdir(), 'ssh-server-')))
  mkdirSync(join(home, 'bin'), { recursive: true })
  const { acceptEnv = /^(LANG|LC_.*)$/, shell = 'sh', users, root = '/' } = options
  const allowed = (options.authorizedKeys ?? []).map(parsePublic)
  const sockets = new Set<Socket>()
  const children = new Set<ChildProcess>()
  const commands: SshServer['commands'] = []
  let accepted = 0
  let keys: string[] = []
  let server: ssh.Server

  function setHostKeys(privateKeys: string[]): void {
    keys = privateKeys
    server = new ssh.Server({ hostKeys: privateKeys }, serveClient)
  }

  function serveClient(client: ssh.Connection): void {
    let user = ''
    client.on('error', () => {})
    client.on('authentication', (context) => {
      user = context.username
      if (users && !users.includes(user)) return context.reject(['publickey'])
      if (context.method !== 'publickey') return context.reject(['publickey'])
      const key = allowed.find((one) => one.getPublicSSH().equals(context.key.data))
      if (!key) return context.reject(['publickey'])
      if (!context.signature) return context.accept()
      const { blob, signature, hashAlgo } = context
      if (key.verify(blob!, signature, hashAlgo) === true) return context.accept()
      return context.reject(['publickey'])
    })
    client.on('session', (accept) => serveSession(accept(), () => user))
  }

  function serveSession(session: ssh.Session, user: () => string): void {
    const env: NodeJS.ProcessEnv = {}
    session.on('env', (accept, reject, { key, val }) => {
      if (!acceptEnv.test(key)) return reject?.()
      env[key] = val
      accept?.()
    })
    session.on('exec', (accept, _reject, { command }) => {
      commands.push({ user: user(), command })
      const channel = accept()
      const path = [join(home, 'bin'), process.env.PATH].join(delimiter)
      const child = spawn(shell, ['-c', command], {
        cwd: home,
        env: { PATH: path, HOME: home, USER: user(), ...options.environment, ...env },
        // A group of its own, so that all that a command started ends with the server.
        detached: true,
      })
      children.add(child)
      channel.on('error', () => {})
      child.stdin.on('error', () => {})
      channel.pipe(child.stdin)
      child.stdout.pipe(channel, { end: false })
      child.stderr.pipe(channel.stderr, { end: false })
      child.once('close', (code, signal) => {
        children.delete(child)
        options.onExit?.(command, code)
        if (signal) channel.exit(signal.replace(/^SIG/, ''))
        else channel.exit(code ?? 255)
        channel.end()
      })
      channel.once('close', () => end(child))
    })
    session.on('sftp', (accept) => serveFiles(accept(), home, root))
  }

  setHostKeys(options.hostKeys ?? [generateKey().privateKey])
  const listener = createServer((socket) => {
    accepted++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    server.injectSocket(socket)
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    host: '127.0.0.1',
    port: (listener.address() as { port: number }).port,
    home,
    hostKeys: () => keys.map(publicLine),
    setHostKeys,
    allow: (publicKey) => void allowed.push(parsePublic(publicKey)),
    denyAll: () => void allowed.splice(0),
    commands,
    connections: () => accepted,
    dropConnections: () => {
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      for (const child of children) end(child)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
      if (!options.home) rmSync(home, { recursive: true, force: true })
    },
  }
}

function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

function parsePublic(line: string): ssh.ParsedKey {
  const key = ssh.utils.parseKey(line)
  if (key instanceof Error) throw new Error(`not a public key: ${line} (${key.message})`)
  return Array.isArray(key) ? key[0]! : key
}

function publicLine(privateKey: string): string {
  const key = parsePublic(privateKey)
  return `${key.type} ${key.getPublicSSH().toString('base64')}`
}
