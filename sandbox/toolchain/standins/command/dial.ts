import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh from 'ssh2'
import { requireLoopback } from '../server/loopback.ts'
import type { Context } from '../server/types.ts'
import type { Connection } from './connection.ts'
import { type HostKey, parseHostKey, readablePrivateKey } from './keys.ts'

/** The first pause after a failed dial, in milliseconds, its growth, and the longest one. */
const BACKOFF = { first: 100, factor: 1.5, longest: 5_000 }

export type DialContext = Pick<Context<unknown>, 'signal' | 'log'>

interface Credentials {
  hostKey?: HostKey
  privateKey?: string
}

/**
 * Connects, and tries again as often as `dialErrorLimit` says: after a wrong host key and after
 * refused authentication as well. Only bad inputs fail at once.
 */
export async function dial(connection: Connection, context: DialContext): Promise<ssh.Client> {
  const { host, hostKey, privateKey, privateKeyPassword, dialErrorLimit: limit } = connection
  requireLoopback('command', '1.2.1', `ssh://${host.includes(':') ? `[${host}]` : host}`)
  const credentials: Credentials = {
    hostKey: hostKey === undefined ? undefined : parseHostKey(hostKey),
    privateKey: privateKey ? readablePrivateKey(privateKey, privateKeyPassword) : undefined,
  }
  let pause = BACKOFF.first
  for (let failed = 0; ; failed++) {
    try {
      return await attempt(connection, credentials, context.signal)
    } catch (error) {
      context.signal.throwIfAborted()
      const cause = (error as Error).message
      if (limit >= 0 && failed >= limit)
        throw new Error(`after ${failed} failed attempts: ${cause}`)
    }
    const of = limit < 0 ? 'inf' : limit
    await context.log('info', `Dial ${failed + 1}/${of} failed: retrying`, { ephemeral: true })
    await sleep(pause, undefined, { signal: context.signal }).catch(() => {
      context.signal.throwIfAborted()
    })
    pause = Math.min(pause * BACKOFF.factor, BACKOFF.longest)
  }
}

async function attempt(
  connection: Connection,
  { hostKey, privateKey }: Credentials,
  signal: AbortSignal,
): Promise<ssh.Client> {
  const socket = await openSocket(connection, signal)
  const client = new ssh.Client()
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  client.once('close', () => signal.removeEventListener('abort', abort))
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client))
    client.once('close', () => reject(new Error('ssh: handshake failed: EOF')))
    // Stays for the connection's life: what is lost later shows where it is used.
    client.on('error', (error: Error & { level?: string }) => {
      reject(new Error(handshakeFault(error, connection, hostKey)))
      socket.destroy()
    })
    client.connect({
      sock: socket,
      username: connection.user,
      privateKey,
      // The official plugin asks the agent of its environment where no key is given.
      agent: privateKey ? undefined : process.env.SSH_AUTH_SOCK,
      passphrase: connection.privateKeyPassword,
      password: connection.password,
      // A server that accepts and stays silent is waited for as long as the operation may take.
      readyTimeout: 0,
      ...(hostKey && {
        algorithms: { serverHostKey: [hostKey.type as ssh.ServerHostKeyAlgorithm] },
        hostVerifier: (offered: Buffer) => offered.equals(hostKey.bytes),
      }),
    })
  })
}

function handshakeFault(
  error: Error & { level?: string },
  connection: Connection,
  hostKey: HostKey | undefined,
): string {
  const failed = 'ssh: handshake failed: '
  if (error.level === 'client-authentication') {
    const methods = connection.privateKey || process.env.SSH_AUTH_SOCK ? 'none publickey' : 'none'
    return (
      `${failed}ssh: unable to authenticate, attempted methods [${methods}], ` +
      'no supported methods remain'
    )
  }
  if (/verification failed/i.test(error.message)) return `${failed}ssh: host key mismatch`
  if (/no matching host key/.test(error.message)) {
    return `${failed}ssh: no common algorithm for host key; we offered: [${hostKey?.type}]`
  }
  if (/Connection lost before handshake|ECONNRESET/.test(error.message)) return `${failed}EOF`
  return failed + error.message
}

function openSocket(connection: Connection, signal: AbortSignal): Promise<Socket> {
  const { port, perDialTimeout } = connection
  // Node asks the resolver for `*.localhost`, which knows no such name on many computers.
  const host = /(^|\.)localhost$/i.test(connection.host) ? '127.0.0.1' : connection.host
  const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, signal })
  const timeout = setTimeout(
    () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
    perDialTimeout > 0 ? perDialTimeout * 1000 : 2 ** 31 - 1,
  )
  return new Promise((resolve, reject) => {
    socket.once('connect', () => {
      clearTimeout(timeout)
      resolve(socket)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timeout)
      reject(new Error(`dial tcp ${connection.host}:${port}: ${connectFault(error)}`))
    })
  })
}

function connectFault(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'connect: connection refused'
  return error.code === 'ETIMEDOUT' ? 'i/o timeout' : error.message
}
