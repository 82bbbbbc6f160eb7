import http2 from 'node:http2'
import https from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

/** What the visitors met: requests by how they came, those without a good answer, and certificates. */
export interface Met {
  sent: Record<string, number>
  failed: string[]
  /** Serial numbers, in the order in which new connections got them. */
  serials: string[]
}

const BODY = Buffer.alloc(2000, 'x')

/**
 * Visitors that ask all the time, GET and POST in turns: over HTTP/1.1 and HTTP/2, each by a
 * connection that is kept and by new ones.
 * @param options of a connection: host, port, servername, ca
 * @param authority the Host header
 * @param pauseMs of a visitor, between an answer and the next request
 */
export function startSteadyTraffic(
  options: ConnectionOptions & { host: string; port: number; servername: string; ca: string },
  authority: string,
  pauseMs = 20,
) {
  const met: Met = { sent: {}, failed: [], serials: [] }
  let going = true
  const saw = (socket: TLSSocket) => {
    const { serialNumber } = socket.getPeerCertificate()
    if (met.serials.at(-1) !== serialNumber) met.serials.push(serialNumber)
  }
  const kept = new https.Agent({ keepAlive: true, maxSockets: 1, ...options })
  const over1 = (agent: https.Agent | false) => (path: string, method: string) =>
    new Promise<string>((resolve, reject) => {
      const request = https.request({
        ...options,
        agent,
        path,
        method,
        headers: { host: authority },
      })
      request.on('socket', (socket) => {
        if (agent === false) socket.once('secureConnect', () => saw(socket as TLSSocket))
      })
      request.on('response', (response) => {
        let text = `${response.statusCode} `
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () => resolve(text))
      })
      request.on('error', reject)
      request.end(method === 'POST' ? BODY : undefined)
    })
  const session = () => {
    const made = http2.connect(`https://${authority}`, { ...options, ALPNProtocols: ['h2'] })
    made.on('error', () => undefined)
    return made
  }
  const over2 = (one: http2.ClientHttp2Session, path: string, method: string) =>
    new Promise<string>((resolve, reject) => {
      const stream = one.request({ ':path': path, ':method': method })
      let text = ''
      stream.on('response', (headers) => {
        text = `${headers[':status']} `
      })
      stream.on('data', (chunk) => {
        text += chunk
      })
      stream.on('error', reject)
      stream.on('end', () => resolve(text))
      stream.end(method === 'POST' ? BODY : undefined)
    })
  const one = session()
  const ways: Record<string, (path: string, method: string) => Promise<string>> = {
    'HTTP/1.1 kept': over1(kept),
    'HTTP/1.1 new': over1(false),
    'HTTP/2 kept': (path, method) => over2(one, path, method),
    async 'HTTP/2 new'(path, method) {
      const another = session()
      another.once('connect', (_, socket) => saw(socket as TLSSocket))
      try {
        return await over2(another, path, method)
      } finally {
        another.close()
      }
    },
  }
  const visitor = async ([way, ask]: [string, (typeof ways)[string]]) => {
    for (let turn = 0; going; turn++) {
      const [path, method, wanted] =
        turn % 2 ? ['/upload', 'POST', `200 ${BODY.length}`] : ['/late?after=0', 'GET', '200 late']
      met.sent[way] = (met.sent[way] ?? 0) + 1
      const got = await ask(path, method).catch((error: Error) => error.message)
      if (got !== wanted) met.failed.push(`${way} ${method}: ${got}`)
      await sleep(pauseMs)
    }
  }
  const visitors = Promise.all(Object.entries(ways).map(visitor))
  return {
    met,
    async stop(): Promise<Met> {
      going = false
      await visitors
      kept.destroy()
      one.destroy()
      return met
    },
  }
}
