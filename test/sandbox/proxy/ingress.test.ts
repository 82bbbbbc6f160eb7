import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { openAuthority } from '../../../sandbox/ca/index.ts'
import { serverName } from '../../../sandbox/ingress/client-hello.ts'
import { type Gate, startGate } from '../../../sandbox/ingress/gate.ts'
import { requestHost } from '../../../sandbox/ingress/http-host.ts'
import { type Router, startRouter } from '../../../sandbox/ingress/router.ts'
import { noMachines } from '../../../sandbox/machines-none.ts'
import { freePort } from '../../../sandbox/ports.ts'
import type { Cloud, Endpoint, Machines } from '../../../sandbox/types.ts'

/** A cloud whose every answer a test sets. */
function fakeCloud() {
  let listener = () => {}
  const cloud = {
    droplets: [] as { address: string; dropletId: number }[],
    ports: [] as number[],
    admitted: (_port: number, _source: string) => true,
    zone: {} as Record<string, string>,
    changed: () => listener(),
  }
  const answers: Cloud = {
    addresses: () => cloud.droplets,
    admitsOutbound: () => true,
    inboundPorts: () => cloud.ports,
    admits: (_id, _protocol, port, source) => cloud.admitted(port, source),
    resolve(name, type) {
      if (!name.endsWith('.shop.test')) return undefined
      const data = cloud.zone[name]
      return data && type === 'A' ? [{ type, data, ttl: 60 }] : []
    },
    onChange: (heard) => {
      listener = heard
    },
  }
  return { cloud, answers }
}

const listen = (server: Server, host = '127.0.0.1') =>
  new Promise<number>((done) =>
    server.listen(0, host, () => done((server.address() as { port: number }).port)),
  )
/** All that comes until the other side ends, or the error's code. */
const talk = (port: number, host: string, say = '', localAddress?: string) =>
  new Promise<string>((done) => {
    const socket = connect({ port, host, localAddress, allowHalfOpen: true }, () => socket.end(say))
    const heard: string[] = []
    socket.on('data', (chunk) => heard.push(chunk.toString()))
    socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    socket.on('end', () => done(heard.join('')))
  })

describe('the gate', () => {
  const { cloud, answers } = fakeCloud()
  const address = '127.20.201.7'
  let port: number
  let machine: Server
  let machines: Machines
  let forwards: Record<number, Endpoint>
  let gate: Gate
  const live = new Set<Socket>()

  beforeAll(async () => {
    // Answers only once it has heard all: a half-closed connection must go on the other way.
    machine = createServer({ allowHalfOpen: true }, (socket) => {
      const said: Buffer[] = []
      live.add(socket)
      socket.on('error', () => {})
      socket.on('data', (chunk) => said.push(chunk))
      socket.on('end', () => socket.end(`machine heard ${Buffer.concat(said)}`))
    })
    port = await freePort(address)
    forwards = { [port]: { host: '127.0.0.1', port: await listen(machine) } }
    machines = noMachines(forwards)
    await machines.powerOn(7)
    gate = startGate({ cloud: answers, machines, publicPorts: [port], log: () => {} })
  })
  afterAll(async () => {
    await gate.close()
    machine.close()
  })
  beforeEach(async () => {
    cloud.droplets = [{ address, dropletId: 7 }]
    cloud.ports = []
    cloud.admitted = () => true
    cloud.changed()
    await gate.settled()
  })

  test('hands a connection to the machine, and its answer back after the client has ended', async () => {
    expect(await talk(port, address, 'hello')).toBe('machine heard hello')
  })

  test('opens with a droplet and with a rule, and closes with them', async () => {
    const ruled = await freePort(address)
    cloud.ports = [ruled]
    cloud.changed()
    await gate.settled()
    expect(gate.open()).toEqual([`${address}:${port}`, `${address}:${ruled}`].sort())
    cloud.droplets = []
    cloud.changed()
    await gate.settled()
    expect(gate.open()).toEqual([])
    expect(await talk(port, address)).toBe('ECONNREFUSED')
  })

  test('resets what the cloud firewall does not admit, by port and by the real source', async () => {
    cloud.admitted = (_port, source) => source === '127.0.0.9'
    expect(await talk(port, address, 'hello')).toBe('ECONNRESET')
    expect(await talk(port, address, 'hello', '127.0.0.9')).toBe('machine heard hello')
  })

  test('resets while the machine is off, and where it forwards nothing', async () => {
    await machines.powerOff(7)
    expect(await talk(port, address)).toBe('ECONNRESET')
    await machines.powerOn(7)
    const { [port]: forward } = forwards
    delete forwards[port]
    expect(await talk(port, address)).toBe('ECONNRESET')
    forwards[port] = forward as Endpoint
  })

  test('survives a machine that breaks off, and passes the break on', async () => {
    const socket = connect({ port, host: address })
    live.clear()
    socket.write('half a')
    const broken = new Promise((done) => socket.once('close', done))
    socket.on('error', () => {})
    while (live.size === 0) await new Promise((again) => setTimeout(again, 5))
    for (const other of live) other.resetAndDestroy()
    await broken
    expect(await talk(port, address, 'hello')).toBe('machine heard hello')
  })

  test('cuts connections of an address that goes to another droplet', async () => {
    const socket = connect({ port, host: address })
    socket.on('error', () => {})
    await new Promise((done) => socket.once('connect', done))
    const cut = new Promise((done) => socket.once('close', done))
    cloud.droplets = [{ address, dropletId: 8 }]
    cloud.changed()
    await cut
    expect(await talk(port, address)).toBe('ECONNRESET')
  })

  test('names a port that another program holds, and opens it once that is gone', async () => {
    const other = createServer()
    const held = await listen(other, address)
    cloud.ports = [held]
    cloud.changed()
    await gate.settled()
    expect(gate.problems()).toEqual([
      expect.objectContaining({
        address,
        port: held,
        error: expect.objectContaining({ code: 'EADDRINUSE' }),
      }),
    ])
    await new Promise((done) => other.close(done))
    cloud.changed()
    await gate.settled()
    expect(gate.problems()).toEqual([])
    expect(gate.open()).toContain(`${address}:${held}`)
  })
})

describe('the router', () => {
  const { cloud, answers } = fakeCloud()
  const sites = { 'a.shop.test': '127.20.202.1', 'b.shop.test': '127.30.202.2' }
  const servers: Server[] = []
  let dir: string
  let root: string
  let httpPort: number
  let httpsPort: number
  let router: Router

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'router-'))
    const authority = await openAuthority(dir)
    root = authority.rootPem
    ;[httpPort, httpsPort] = [await freePort(), await freePort()]
    for (const [name, address] of Object.entries(sites)) {
      cloud.zone[name] = address
      const certificate = await authority.issue({ names: [name] })
      const tls = createTlsServer(certificate, (socket) => socket.end(`tls of ${name}`))
      const http = createServer((socket) => {
        socket.once('data', (bytes) =>
          socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${name}\n${bytes.toString()}`),
        )
      })
      await new Promise<void>((done) => tls.listen(httpsPort, address, done))
      await new Promise<void>((done) => http.listen(httpPort, address, done))
      servers.push(tls, http)
    }
    const { resolve } = answers
    router = await startRouter({ resolve, host: '127.0.0.1', httpPort, httpsPort })
  })
  afterAll(async () => {
    await router.close()
    for (const server of servers) server.close()
    await rm(dir, { recursive: true })
  })

  const overTls = (servername: string | undefined) =>
    new Promise<string>((done) => {
      const socket = connectTls({
        ...{ port: httpsPort, host: '127.0.0.1', ca: root, rejectUnauthorized: false },
        ...(servername ? { servername } : {}),
      })
      socket.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
      buffer(socket).then(
        (heard) => done(`${heard}${socket.authorizationError ?? ''}`),
        () => {},
      )
    })

  test('takes a browser to the site that it asks for, by the TLS server name', async () => {
    expect(await overTls('a.shop.test')).toBe('tls of a.shop.test')
    expect(await overTls('b.shop.test')).toBe('tls of b.shop.test')
  })

  test('and by the Host header, whole and unchanged', async () => {
    const request = (name: string) => `GET /path HTTP/1.1\r\nHost: ${name}:8080\r\nX-Own: 1\r\n\r\n`
    for (const name of Object.keys(sites)) {
      const heard = await talk(httpPort, '127.0.0.1', request(name))
      expect(heard).toContain(`\r\n\r\n${name}\n${request(name)}`)
    }
  })

  test('a name that no zone has gets a TLS alert that says so', async () => {
    expect(await overTls('c.shop.test')).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
    expect(await overTls('example.com')).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
    expect(await overTls(undefined)).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME')
  })

  test('or a page in plain text', async () => {
    const page = async (host: string) => {
      const response = await new Promise<import('node:http').IncomingMessage>((done) =>
        get({ host: '127.0.0.1', port: httpPort, headers: { host }, agent: false }, done),
      )
      expect(response.statusCode).toBe(502)
      expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
      return text(response)
    }
    expect(await page('c.shop.test')).toContain('The zone has no A record for c.shop.test.')
    expect(await page('example.com')).toContain('No simulated zone holds example.com.')
    cloud.zone['away.shop.test'] = '192.0.2.1'
    expect(await page('away.shop.test')).toContain('192.0.2.1, which is no address of the sandbox')
    cloud.zone['dead.shop.test'] = '127.20.202.99'
    expect(await page('dead.shop.test')).toContain('nobody answers: connect ECONNREFUSED')
  })

  test('lets go of a client that speaks neither', async () => {
    expect(await talk(httpPort, '127.0.0.1', '\x00\x01\x02')).toContain('names no host')
    expect(await talk(httpsPort, '127.0.0.1', 'GET / HTTP/1.1\r\n')).toBe(
      Buffer.from([21, 3, 3, 0, 2, 2, 112]).toString(),
    )
    expect(await talk(httpsPort, '127.0.0.1')).toBe('')
  })

  test('does not start on a port that is taken', async () => {
    const { resolve } = answers
    const free = await freePort()
    const attempt = startRouter({ resolve, host: '127.0.0.1', httpPort: free, httpsPort })
    await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE', port: httpsPort })
  })
})

describe('a ClientHello', () => {
  let hello: Buffer
  beforeAll(async () => {
    const server = createServer()
    const port = await listen(server)
    const heard = new Promise<Buffer>((done) =>
      server.once('connection', (socket) => socket.once('data', done)),
    )
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'Some.Shop.Test' })
    socket.on('error', () => {})
    hello = await heard
    socket.destroy()
    server.close()
  })

  test('gives its server name in lower case', () => {
    expect(serverName(hello)).toEqual({ name: 'some.shop.test' })
  })

  test('wants more bytes as long as there are too few, however it is cut', () => {
    for (let length = 0; length < hello.length; length++) {
      expect(serverName(hello.subarray(0, length))).toBe('more')
    }
  })

  test('may be split over several records', () => {
    const body = hello.subarray(5)
    const record = (part: Buffer) => {
      const head = Buffer.from([22, 3, 1, 0, 0])
      head.writeUInt16BE(part.length, 3)
      return Buffer.concat([head, part])
    }
    const split = Buffer.concat([record(body.subarray(0, 60)), record(body.subarray(60))])
    expect(serverName(split)).toEqual({ name: 'some.shop.test' })
  })

  test('with nonsense in it has no name, and is no reason to fall over', () => {
    for (let at = 5; at < hello.length; at++) {
      const damaged = Buffer.from(hello)
      damaged[at] = 0xff
      expect(() => serverName(damaged)).not.toThrow()
    }
    expect(serverName(Buffer.from('SSH-2.0-OpenSSH'))).toEqual({ name: undefined })
  })
})

test.each([
  ['GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', { name: 'a.test' }],
  ['GET / HTTP/1.1\r\nAccept: */*\r\nhOsT:  A.Test:8080 \r\nX: y', { name: 'a.test' }],
  ['GET http://b.test:80/x HTTP/1.1\r\nHost: a.test\r\n\r\n', { name: 'b.test' }],
  ['GET / HTTP/1.0\r\n\r\n', { name: undefined }],
  ['GET / HTTP/1.1\r\nHost: a.te', 'more'],
  ['GE', 'more'],
  ['', 'more'],
  ['\x16\x03\x01', { name: undefined }],
])('the host of %j is %j', (bytes, found) => {
  expect(requestHost(Buffer.from(bytes, 'latin1'))).toEqual(found)
})
