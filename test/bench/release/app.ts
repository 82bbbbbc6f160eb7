/**
 * An app for measurements: `node app.ts SOCKET|PORT RELEASE [broken|abrupt]`. It answers a GET with its
 * release and a POST with the length of the body, the release in a header, `?after=MS` later than it
 * could; a broken one never says that it is ready. What it has begun when it is told to end comes to
 * its end, but with an abrupt one.
 */
import { chmodSync } from 'node:fs'
import http from 'node:http'

const [where = '', release = '', kind] = process.argv.slice(2)

const server = http.createServer((request, response) => {
  if (request.url === '/up') {
    response.writeHead(kind === 'broken' ? 500 : 200).end(release)
    return
  }
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  response.setHeader('x-release', release)
  const answer = () => response.end(request.method === 'POST' ? `${bytes}\n` : `${release}\n`)
  const after = Number(/\?after=(\d+)$/.exec(request.url ?? '')?.[1] ?? 0)
  request.on('end', () => (after ? setTimeout(answer, after) : answer()))
})
const end = () => process.exit(0)
process.on('SIGTERM', kind === 'abrupt' ? end : () => server.close(end))
if (/^\d+$/.test(where)) server.listen(Number(where), '127.0.0.1')
else server.listen(where, () => chmodSync(where, 0o666))
