import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * Below the range that outgoing connections get their ports from (Linux from 32768, macOS from
 * 49152): none of these is taken by chance between the choice of a port and the listening on it.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
/** A sandbox needs a dozen. Processes that start side by side look in different places. */
const PORTS_A_PROCESS = 16

let handedOut = process.pid * PORTS_A_PROCESS

/**
 * A port that nothing on the address listens on, neither on TCP nor on UDP; it is given once, and to
 * no other process (on Linux) as long as this one lives.
 * @param taken ports that are spoken for and not listened on yet
 * @throws Error if there is none
 */
export async function freePort(host = '127.0.0.1', taken = new Set<number>()): Promise<number> {
  const span = HIGHEST - LOWEST
  for (let tries = 0; tries < span; tries++) {
    const port = LOWEST + (handedOut++ % span)
    if (taken.has(port)) continue
    const release = await claim(port)
    if (!release) continue
    if (await isFree(port, host)) return port
    release()
  }
  throw new Error(`no port from ${LOWEST} to ${HIGHEST - 1} is free on ${host}`)
}

/**
 * Between its choice and the listening on it a port looks free to everybody. A name in Linux's abstract
 * namespace (unix(7)) has one owner, and goes with it.
 * @returns what gives it back; undefined where another process has it
 */
async function claim(port: number): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return () => undefined
  const name = createServer()
  const error = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    name.once('error', done)
    name.listen({ path: `\0padlock-port-${port}`, exclusive: true }, () => done(undefined))
  })
  name.unref()
  return error?.code === 'EADDRINUSE' ? undefined : () => name.close()
}

/** Could this process listen on the port now, on TCP and on UDP? */
export async function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const probe = createServer()
  const free = await new Promise<boolean>((done) => {
    probe.once('error', () => done(false)).listen(port, host, () => done(true))
  })
  if (free) await new Promise((done) => probe.close(done))
  return free && isFreeOnUdp(port, host)
}

function isFreeOnUdp(port: number, host: string): Promise<boolean> {
  const socket = createSocket('udp4')
  return new Promise((done) => {
    socket.once('error', () => done(false))
    socket.bind(port, host, () => socket.close(() => done(true)))
  })
}

/**
 * The program that listens on a TCP port of this computer, as `name (process 123)`; undefined
 * where the system does not tell (no /proc, or the process is another user's).
 */
export function listenerOf(port: number): string | undefined {
  try {
    const inodes = listeningSockets(port)
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holds(pid, inodes)) {
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`
      }
    }
  } catch {
    // Not Linux.
  }
  return undefined
}

/** Inodes of the listening sockets: proc_net(5), state 0A, the inode in the tenth column. */
function listeningSockets(port: number): Set<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n').slice(1)
    } catch {
      return []
    }
  })
  const rows = lines.map((line) => line.trim().split(/\s+/))
  const listening = rows.filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === '0A')
  return new Set(listening.map((row) => `socket:[${row[9]}]`))
}

function holds(pid: string, sockets: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`))
      } catch {
        return false
      }
    })
  } catch {
    return false
  }
}
