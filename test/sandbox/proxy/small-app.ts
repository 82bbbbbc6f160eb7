import { createHash } from 'node:crypto'
import http from 'node:http'

/**
 * An app that does by its address what is hard for a proxy: `/events?pause=MS&count=N`, `/echo` of
 * what comes when it comes, `/late?after=MS`, `/upload`, `/download?bytes=N`, `/broken`,
 * `/unavailable`, a WebSocket that greets after `?after=MS`, and at every other address the headers that it got.
 */
export function smallApp(): http.Server {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app')
    const number = (name: string) => Number(url.searchParams.get(name))
    switch (url.pathname) {
      case '/events': {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        let sent = 0
        const timer = setInterval(() => {
          sent++
          response.write(`data: ${sent}\n\n`)
          if (sent === number('count')) response.end()
        }, number('pause'))
        response.on('close', () => clearInterval(timer))
        return
      }
      case '/echo':
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        request.pipe(response)
        return
      case '/late': {
        const timer = setTimeout(() => response.end('late'), number('after'))
        response.on('close', () => clearTimeout(timer))
        return
      }
      case '/upload': {
        let bytes = 0
        request.on('data', (chunk) => {
          bytes += chunk.length
        })
        request.on('end', () => response.end(String(bytes)))
        request.on('error', () => undefined)
        return
      }
      case '/download':
        response.end(Buffer.alloc(number('bytes'), 'x'))
        return
      case '/broken':
        request.socket.destroy()
        return
      case '/unavailable':
        response.writeHead(503, { 'content-type': 'text/plain' }).end('the app says so')
        return
      default:
        response.end(JSON.stringify(request.headers))
    }
  })
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    const after = Number(new URL(request.url ?? '/', 'http://app').searchParams.get('after'))
    const timer = setTimeout(
      () => socket.write(Buffer.from([0x81, 5, ...Buffer.from('hello')])),
      after,
    )
    socket.on('close', () => clearTimeout(timer))
    socket.on('error', () => undefined)
    // Nothing says that the other side has gone unless it is read from.
    socket.on('end', () => socket.end()).resume()
  })
  return server
}
