/**
 * Client certificates against a real Caddy: who comes in, what the app is told, and that a name that
 * was removed is nobody at once. The site is given to Caddy by the host's own program.
 */
import { writeFileSync } from 'node:fs'
import http2 from 'node:http2'
import https from 'node:https'
import tls from 'node:tls'
import type { AuthorityArgs } from '../../../components/authority.ts'
import { freePort } from '../../../sandbox/ports.ts'
import { type Made, ownAuthority } from './own-authority.ts'
import { HOST, type OwnSite, startOwnSite, until } from './own-site.ts'
import { smallApp } from './small-app.ts'

jest.setTimeout(120_000)

/** A name that leads to the site, and asks nobody for a certificate. */
const WWW = 'www.example.test'
let site: OwnSite
let own: Made
let other: Made
const both: AuthorityArgs = {
  host: HOST,
  aliases: [{ hostname: WWW }],
  server: true,
  clients: ['alice', 'bob'],
  clientAuth: 'require',
}

beforeAll(async () => {
  own = await ownAuthority(both)
  other = await ownAuthority(both)
  site = await startOwnSite(smallApp())
  expect(await stage(['alice', 'bob'])).toBe('certified')
  await until(() => connects('alice'))
})
afterAll(() => site?.close())

const pem = ({ certificate, key }: { certificate: string; key: string }) => certificate + key
function trusting(names: string[]) {
  const certificates = names.map((name) => own.clients[name]!.certificate)
  const fingerprints = certificates.map((one) => {
    const index = own.trusted!.certificates.split(/(?<=-----END CERTIFICATE-----\n)/).indexOf(one)
    return own.trusted!.fingerprints[index]
  })
  return { root: own.root, certificates: certificates.join(''), fingerprints }
}
const stage = (
  names: string[],
  clientAuth: 'request' | 'require' = 'require',
  server = own.server!,
) =>
  site.stage(
    { ownCertificate: true, clientAuth, aliases: [{ hostname: WWW, serves: false }] },
    { certificate: pem(server), clients: trusting(names) },
  )

interface Who {
  cert?: string
  key?: string
}
const as = (name?: string, made = own): Who =>
  name ? { cert: made.clients[name]!.certificate, key: made.clients[name]!.key } : {}
const options = (who: Who, ALPNProtocols = ['http/1.1']) => ({
  host: '127.0.0.1',
  port: site.httpsPort,
  servername: HOST,
  ca: own.root,
  ALPNProtocols,
  ...who,
})

/** The headers that the app got, or the error of the connection. */
function ask(who: Who, headers: Record<string, string> = {}, agent?: https.Agent) {
  return new Promise<{ status: number; got: Record<string, string> }>((resolve, reject) => {
    const request = https.get(
      { ...options(who), agent: agent ?? false, headers: { host: authority(), ...headers } },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            got: text.startsWith('{') ? JSON.parse(text) : {},
          }),
        )
        response.on('error', reject)
      },
    )
    request.on('error', reject)
  })
}

const authority = () => `${HOST}:${site.httpsPort}`
const connects = (name?: string) =>
  ask(as(name)).then(
    () => true,
    () => false,
  )

/** Every header that an app could take for ours: CGI and WSGI write `_` for what is no letter. */
const subjects = (got: Record<string, string>) =>
  Object.entries(got)
    .filter(([name]) => name.replace(/[^a-z]/gi, '').toLowerCase() === 'xclientsubject')
    .map(([, value]) => value)

test('the certificate of a name comes in, and the app is told whose it is', async () => {
  const { status, got } = await ask(as('alice'))
  expect(status).toBe(200)
  expect(got['x-client-subject']).toBe('CN=alice')
  expect((await ask(as('bob'))).got['x-client-subject']).toBe('CN=bob')
})

test('nobody comes in without one, with another authority’s, or with the server’s own', async () => {
  await expect(ask(as())).rejects.toThrow(/certificate required/)
  await expect(ask(as('alice', other))).rejects.toThrow(/alert|ECONNRESET|EPIPE/i)
  const { certificate: cert, key } = own.server!
  await expect(ask({ cert, key })).rejects.toThrow(/alert|ECONNRESET|EPIPE/i)
})

test('nor with one that our authority signed but that the site does not list', async () => {
  const { certificate: cert, key } = own.probe!
  await expect(ask({ cert, key })).rejects.toThrow(/alert|ECONNRESET|EPIPE/i)
})

test.each([
  ['another name', 'other.example.test'],
  ['a name that asks for none', WWW],
])('nor by %s in the handshake', async (_, servername) => {
  const socket = tls.connect({ ...options(as()), servername })
  const said = await new Promise<string>((done) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', (error) => done(error.message))
    socket.on('close', () => done(text))
    socket.on('secureConnect', () =>
      socket.write(`GET / HTTP/1.1\r\nHost: ${authority()}\r\nConnection: close\r\n\r\n`),
    )
  })
  expect(said).not.toContain('200 OK')
  if (servername === WWW) expect(said).toContain('421 Misdirected Request')
})

const FORGED = [
  ['X-Client-Subject: CN=root'],
  ['x-client-subject: CN=root'],
  ['X-CLIENT-subject: CN=root'],
  ['X_Client_Subject: CN=root'],
  ['X-Client_Subject: CN=root'],
  ['x_client_subject: CN=root'],
  ['X.Client.Subject: CN=root'],
  ['X-Client-Subject: CN=root', 'X-Client-Subject: CN=root'],
  ['X-Client-Subject: CN=root', 'x_client-subject: CN=root'],
  ['X-Client-Subject:'],
  ['Connection: X-Client-Subject'],
  ['Connection: X-Client-Subject', 'X-Client-Subject: CN=root'],
]

test.each(FORGED.map((lines) => [lines.join(', '), lines] as const))(
  'HTTP/1.1 with %s',
  async (_, lines) => {
    const socket = tls.connect(options(as('alice')))
    const head = ['GET / HTTP/1.1', `Host: ${authority()}`, ...lines]
    const close = lines.some((line) => line.startsWith('Connection')) ? [] : ['Connection: close']
    socket.write(`${[...head, ...close].join('\r\n')}\r\n\r\n`)
    const text = await answerOf(socket)
    expect(text).toContain('200 OK')
    expect(subjects(bodyOf(text))).toEqual(['CN=alice'])
  },
)

test('HTTP/1.1 with a blank before the colon is no request', async () => {
  const socket = tls.connect(options(as('alice')))
  socket.write(`GET / HTTP/1.1\r\nHost: ${authority()}\r\nX-Client-Subject : CN=root\r\n\r\n`)
  expect(await answerOf(socket)).toContain('400 Bad Request')
})

/** Until the body's JSON is whole, or the connection ends. */
function answerOf(socket: tls.TLSSocket): Promise<string> {
  return new Promise((done, fail) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (/\{.*\}/s.test(text)) socket.destroy()
    })
    socket.on('close', () => done(text))
    socket.on('error', fail)
  })
}

const bodyOf = (text: string) => JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? '{}')

function over2(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = {}) {
  return new Promise<Record<string, string>>((resolve, reject) => {
    const stream = session.request({ ':path': '/', ...headers })
    let text = ''
    stream.on('data', (chunk) => {
      text += chunk
    })
    stream.on('error', reject)
    stream.on('end', () => (text === '' ? reject(new Error('no answer')) : resolve(bodyOf(text))))
    stream.end()
  })
}

function session2(name: string) {
  const session = http2.connect(`https://${authority()}`, {
    ...options(as(name)),
    ALPNProtocols: ['h2'],
    createConnection: () => tls.connect(options(as(name), ['h2'])),
  } as http2.SecureClientSessionOptions)
  session.on('error', () => undefined)
  return session
}

test('HTTP/2 with every spelling', async () => {
  const session = session2('alice')
  for (const lines of FORGED) {
    const pairs = lines.map((line) => line.toLowerCase().split(/:\s*/) as [string, string])
    const headers: http2.OutgoingHttpHeaders = {}
    for (const [name, value] of pairs) {
      if (name === 'connection') continue
      headers[name] = headers[name] ? [String(headers[name]), value] : value
    }
    expect(subjects(await over2(session, headers))).toEqual(['CN=alice'])
  }
  session.close()
})

test('HTTP/3: the certificate counts, and a forged name does not', async () => {
  const [good, none] = [await freePort(), await freePort()]
  const { folder } = site
  writeFileSync(`${folder}/alice.pem`, pem(own.clients.alice!))
  writeFileSync(`${folder}/root.pem`, own.root)
  // A Caddy is the client, which says these itself: of a visitor's it would drop some on their way.
  const forged = FORGED.filter((lines) => !lines.some((line) => line.startsWith('Connection')))
  const said = (line: string) => line.replace(/^(.*?): *(.*)$/, 'header_up +$1 "$2"')
  const upstream = (
    more: string,
    lines: string[] = [],
  ) => `reverse_proxy https://127.0.0.1:${site.httpsPort} {
		header_up Host ${authority()}
		${lines.map(said).join('\n\t\t')}
		transport http {
			versions 3
			tls_server_name ${HOST}
			tls_trust_pool file ${folder}/root.pem
			${more}
		}
	}`
  const shown = `tls_client_auth ${folder}/alice.pem ${folder}/alice.pem`
  await site.also(`{
	admin off
	auto_https off
}
http://127.0.0.1:${good} {
	${forged.map((lines, at) => `handle /${at} {\n\trewrite * /\n\t${upstream(shown, [...lines, 'X-CLIENT-Name: root'])}\n}`).join('\n')}
	handle {
		${upstream(shown)}
	}
}
http://127.0.0.1:${none} {
	${upstream('')}
}
`)
  const through = (port: number, path = '/') => fetch(`http://127.0.0.1:${port}${path}`)
  await until(() =>
    through(good).then(
      () => true,
      () => false,
    ),
  )
  for (const [at, lines] of forged.entries()) {
    const answer = await through(good, `/${at}`)
    const got = (await answer.json()) as Record<string, string>
    expect([lines, subjects(got)]).toEqual([lines, ['CN=alice']])
    expect(answer.headers.get('via')).toContain('3.0')
    expect(got['x-client-name']).toBeUndefined()
  }
  expect((await through(none)).status).toBe(502)
})

test('a name that is removed is nobody at once, on kept connections too', async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  const kept = { alice: agent, bob: new https.Agent({ keepAlive: true, maxSockets: 1 }) }
  await ask(as('alice'), {}, kept.alice)
  await ask(as('bob'), {}, kept.bob)
  const [session, raw] = [session2('alice'), tls.connect(options(as('alice')))]
  await over2(session)
  raw.write(`GET / HTTP/1.1\r\nHost: ${authority()}\r\n\r\n`)
  await new Promise((done) => raw.once('data', done))
  raw.on('error', () => undefined)
  const ended = new Promise((done) => raw.once('close', done))

  expect(await stage(['bob'])).toBe('certified')
  await expect(ask(as('alice'))).rejects.toThrow(/alert|ECONNRESET|EPIPE/i)
  await expect(ask(as('alice'), {}, kept.alice)).rejects.toThrow(/alert|ECONNRESET|EPIPE|hang up/i)
  await expect(over2(session)).rejects.toThrow()
  let more = ''
  raw.on('data', (chunk) => {
    more += chunk
  })
  raw.write(`GET / HTTP/1.1\r\nHost: ${authority()}\r\n\r\n`)
  await ended
  expect(more).toBe('')
  expect((await ask(as('bob'))).got['x-client-subject']).toBe('CN=bob')

  expect(await stage(['alice', 'bob'])).toBe('certified')
  expect((await ask(as('alice'))).status).toBe(200)
  session.destroy()
  raw.destroy()
  for (const one of Object.values(kept)) one.destroy()
})

test('a WebSocket of a name that is removed ends', async () => {
  const request = https.request({
    ...options(as('alice')),
    agent: false,
    path: '/?after=600000',
    headers: {
      host: authority(),
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  })
  const socket = await new Promise<import('node:stream').Duplex>((done, fail) => {
    request.on('upgrade', (_, upgraded) => done(upgraded))
    request.on('error', fail)
    request.end()
  })
  const ended = new Promise((done) => socket.on('close', done))
  socket.on('error', () => undefined)
  socket.resume()
  await stage(['bob'])
  await ended
  await stage(['alice', 'bob'])
})

test('a renewed certificate is served though the Caddyfile is the same', async () => {
  const served = () =>
    new Promise<string>((done, fail) => {
      const socket = tls.connect(options(as('alice')), () => {
        done(socket.getPeerCertificate().serialNumber)
        socket.destroy()
      })
      socket.on('error', fail)
    })
  const before = await served()
  const { server } = await ownAuthority(both)
  await stage(['alice', 'bob'], 'require', server)
  const after = await new Promise<string>((done, fail) => {
    const socket = tls.connect({ ...options(as('alice')), rejectUnauthorized: false }, () => {
      done(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.on('error', fail)
  })
  expect(after).not.toBe(before)
  await stage(['alice', 'bob'])
  expect(await served()).toBe(before)
})

test('a key that does not fit is refused, and the old certificate goes on', async () => {
  const wrong = { certificate: own.server!.certificate, key: other.server!.key }
  await expect(stage(['bob'], 'require', wrong)).rejects.toThrow(/Caddy refuses the configuration/)
  expect((await ask(as('alice'))).status).toBe(200)
})

describe('where visitors may show one', () => {
  beforeAll(() => stage(['alice'], 'request'))

  test('who has none comes in as nobody, whatever is claimed', async () => {
    const { status, got } = await ask(as(), { 'x-client-subject': 'CN=root' })
    expect(status).toBe(200)
    expect(subjects(got)).toEqual([''])
  })

  test('who has one is told, and a bad one is refused', async () => {
    expect((await ask(as('alice'))).got['x-client-subject']).toBe('CN=alice')
    await expect(ask(as('alice', other))).rejects.toThrow(/alert|ECONNRESET|EPIPE/i)
  })

  test('a name that is not listed any more gets a 403, and the app hears nothing of it', async () => {
    expect(await ask(as('bob'))).toEqual({ status: 403, got: {} })
    await stage(['alice', 'bob'], 'request')
    expect((await ask(as('bob'))).got['x-client-subject']).toBe('CN=bob')
  })

  test('nor by a connection from when it was', async () => {
    const kept = new https.Agent({ keepAlive: true, maxSockets: 1 })
    expect((await ask(as('bob'), {}, kept)).got['x-client-subject']).toBe('CN=bob')
    await stage(['alice'], 'request')
    const again = await ask(as('bob'), {}, kept).catch((error: Error) => error.message)
    if (typeof again === 'string') expect(again).toMatch(/ECONNRESET|EPIPE|hang up/)
    else expect(again).toEqual({ status: 403, got: {} })
    kept.destroy()
  })
})
