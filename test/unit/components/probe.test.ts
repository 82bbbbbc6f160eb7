import { mkdtempSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { run } from '../../../components/probe/command.ts'
import { probe } from '../../../components/probe/probe.ts'
import { Finding, type Site } from '../../../components/probe/site.ts'
import { type Authority, openAuthority } from '../../../sandbox/ca/index.ts'
import { type SiteServers, serveSite } from './site-server.ts'

const NAME = 'www.example.test'
const ISSUER = 'https://login.example.test/'
let folder: string
let authority: Authority
let running: SiteServers[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'padlock-probe-'))
  authority = await openAuthority(folder)
})
afterEach(() => {
  for (const servers of running) servers.close()
  running = []
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Fault {
  /** What `/path?and=query` answers over https, and over http. */
  leads?: { status: number; location: string }
  home?: number
  redirect?: string
  login?: string
  name?: string
  noCertificate?: boolean
}

async function site(fault: Fault = {}): Promise<Site> {
  const certificate = fault.noCertificate
    ? undefined
    : await authority.issue({ names: [fault.name ?? NAME] })
  const servers = await serveSite(certificate, ({ https }) => {
    const origin = `https://${NAME}:${https}`
    const callback = encodeURIComponent(`${origin}/callback`)
    return {
      http: {
        '/': { status: 308, location: fault.redirect ?? `${origin}/` },
        ...(fault.leads && { '/path?and=query': fault.leads }),
      },
      https: {
        '/': { status: fault.home ?? 200 },
        ...(fault.leads && { '/path?and=query': fault.leads }),
        '/login': {
          status: 302,
          location:
            fault.login?.replace(
              'AUTH',
              `https://issuer.example.test/auth?redirect_uri=${encodeURIComponent(`${origin}/auth`)}`,
            ) ?? `${ISSUER}authorize?redirect_uri=${callback}`,
        },
      },
    }
  })
  running.push(servers)
  return {
    url: new URL(`https://${NAME}:${servers.httpsPort}`),
    address: '127.0.0.1',
    httpPort: servers.httpPort,
    issuer: ISSUER,
    root: authority.rootPem,
  }
}

async function finding(place: Site): Promise<Finding> {
  const error = await probe(place, 0).catch((reason) => reason)
  expect(error).toBeInstanceOf(Finding)
  return error as Finding
}

test('a site that is as it should be', async () => {
  expect(await probe(await site(), 0)).toEqual([
    expect.stringMatching(/^certificate by .+, valid to .+ GMT$/),
    'http redirects to https',
    'login leads to https://login.example.test/',
  ])
})

test('a login at an issuer comes back to where that is agreed on', async () => {
  const issuer = 'https://issuer.example.test/auth'
  const place = { ...(await site({ login: 'AUTH' })), issuer }
  const { origin } = place.url
  expect((await probe({ ...place, callback: '/auth' }, 0)).at(-1)).toBe(`login leads to ${issuer}`)
  const other = await finding({ ...place, callback: '/callback' })
  expect(other.message).toBe(`the login comes back to ${origin}/auth, not to ${origin}/callback`)
  expect(other.hints).toEqual([
    'APP_URL and OIDC_CALLBACK_PATH of the app; APP_ALIAS_URLS where it is one of aliases',
  ])
})

test('without a login the path of readiness is asked', async () => {
  const place: Site = { ...(await site()), issuer: undefined, readyPath: '/' }
  expect((await probe(place, 0)).at(-1)).toBe('/ answers 200, and nobody has to log in')
  const { message } = await finding({ ...place, readyPath: '/missing' })
  expect(message).toMatch(/\/missing answers 404$/)
})

describe('a login in front of the whole site', () => {
  const BACK = 'https://www.example.test/oauth2/callback'
  const edge = async (fault: { login?: string; home?: number; callback?: string } = {}) => {
    const certificate = await authority.issue({ names: [NAME] })
    const servers = await serveSite(certificate, ({ https }) => {
      const origin = `https://${NAME}:${https}`
      const callback = encodeURIComponent(fault.callback ?? `${origin}/oauth2/callback`)
      const login = `${fault.login ?? ISSUER}authorize?redirect_uri=${callback}`
      return {
        http: { '/': { status: 308, location: `${origin}/` } },
        https: {
          '/': { status: fault.home ?? 401 },
          '/oauth2/start': { status: 302, location: login },
        },
      }
    })
    running.push(servers)
    const url = new URL(`https://${NAME}:${servers.httpsPort}`)
    const { httpPort } = servers
    const place = { url, address: '127.0.0.1', httpPort, edge: true, root: authority.rootPem }
    return place as Site
  }

  test('leads to the provider, and nobody comes in without it', async () => {
    const place = { ...(await edge()), issuer: ISSUER }
    expect((await probe(place, 0)).at(-1)).toBe(
      `login leads to ${ISSUER}, and nobody comes in without it`,
    )
  })

  test('of an issuer whose login lies elsewhere only the way back is known', async () => {
    const place = await edge({ login: 'https://accounts.example.test/' })
    expect((await probe(place, 0)).at(-1)).toMatch(/^login leads to https:\/\/accounts/)
  })

  test('lets somebody in', async () => {
    const { message, hints } = await finding(await edge({ home: 200 }))
    expect(message).toMatch(/\/ answers 200 to a program that has not logged in, not 401$/)
    expect(hints[0]).toContain('journalctl -u padlock-edge')
  })

  test('leads to another provider, or comes back to another place', async () => {
    const elsewhere = { ...(await edge({ login: 'https://evil.test/' })), issuer: ISSUER }
    expect((await finding(elsewhere)).message).toMatch(
      /\/oauth2\/start should redirect to https:\/\/login\.example\.test\/ but answers 302 https:\/\/evil\.test\/authorize$/,
    )
    const { message } = await finding(await edge({ callback: BACK }))
    expect(message).toContain(`the login comes back to ${BACK}`)
  })
})

describe('a name that only leads to another', () => {
  const leadsTo = 'https://app.example.test'
  const to = `${leadsTo}/path?and=query`

  test('is asked for its certificate, and whether path and query come along', async () => {
    const place = { ...(await site({ leads: { status: 308, location: to } })), leadsTo }
    expect(await probe(place, 0)).toEqual([
      expect.stringMatching(/^certificate by /),
      'http redirects to https',
      `leads to ${leadsTo}`,
    ])
    const plain = { ...place, url: new URL(`http://${NAME}:${place.httpPort}`) }
    expect(await probe(plain, 0)).toEqual([`leads to ${leadsTo}`])
  })

  test.each([
    { status: 302, location: to },
    { status: 308, location: `${leadsTo}/` },
    { status: 200, location: '' },
  ])('answers %j', async (leads) => {
    const place = { ...(await site({ leads })), leadsTo }
    expect((await finding(place)).message).toBe(
      `${place.url.origin}/path?and=query should redirect to ${to} (308) but answers ${leads.status} ${leads.location}`,
    )
  })
})

test('a certificate under a root that nobody trusts', async () => {
  const { message, hints } = await finding({ ...(await site()), root: undefined })
  expect(message).toMatch(
    /^https:\/\/www\.example\.test:\d+\/ at 127\.0\.0\.1 shows a certificate that is not trusted/,
  )
  expect(hints).toContainEqual(expect.stringMatching(/^siteRoot: /))
})

test('a certificate for another name', async () => {
  const { message } = await finding(await site({ name: 'other.example.test' }))
  expect(message).toContain('shows a certificate that is not trusted: Hostname/IP does not match')
})

test('no certificate yet: the checklist of the certificate authority', async () => {
  const place = await site({ noCertificate: true })
  const { message, hints } = await finding(place)
  expect(message).toBe(`${place.url.origin}/ at 127.0.0.1 has no certificate yet`)
  expect(hints[0]).toBe(
    'the A record of www.example.test must lead to 127.0.0.1, as seen by the certificate authority',
  )
})

test('nobody listens', async () => {
  const place = await site()
  running.pop()?.close()
  const { message, hints } = await finding(place)
  expect(message).toContain('does not answer: connect ECONNREFUSED')
  expect(hints).toContain('a reserved IP must be assigned to the droplet')
})

test('the app fails', async () => {
  expect((await finding(await site({ home: 502 }))).message).toMatch(/\/ answers 502$/)
})

test('http leads elsewhere', async () => {
  const { message } = await finding(await site({ redirect: 'https://example.test/' }))
  expect(message).toMatch(
    /should redirect to https:\/\/www.* but answers 308 https:\/\/example.test\/$/,
  )
})

test('the login leads to another tenant; its query is not shown', async () => {
  const { message } = await finding(
    await site({ login: 'https://evil.test/authorize?state=secret' }),
  )
  expect(message).toMatch(/but answers 302 https:\/\/evil\.test\/authorize$/)
})

test('the login comes back to another place', async () => {
  const login = `${ISSUER}authorize?redirect_uri=${encodeURIComponent('https://evil.test/callback')}`
  expect((await finding(await site({ login }))).message).toContain(
    'the login comes back to https://evil.test/callback',
  )
})

test('waits for a site that comes up late', async () => {
  const late: Site = { ...(await site()), address: '127.0.0.2' }
  setTimeout(() => {
    late.address = '127.0.0.1'
  }, 1500)
  expect(await probe(late, 60)).toHaveLength(3)
})

describe('the message of an update whose probe fails', () => {
  const COMMIT = '0123456789abcdef0123456789abcdef01234567'
  let said: string[]
  beforeEach(() => {
    said = []
    jest.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line))
  })
  afterEach(() => {
    jest.restoreAllMocks()
    delete process.env.PULUMI_COMMAND_STDOUT
    delete process.env.PADLOCK_ROOT
  })

  async function failing(): Promise<string> {
    const { url, address, httpPort, root = '' } = await site({ home: 502 })
    process.env.PADLOCK_ROOT = root
    const place = ['--address', address, '--http-port', `${httpPort}`, '--issuer', ISSUER]
    expect(await run([url.origin, ...place, '--release', 'bbbbbbbbbbbb', '--seconds', '0'])).toBe(1)
    return said.join('\n')
  }

  test('names the release that is live, its log, and the command that goes back', async () => {
    process.env.PULUMI_COMMAND_STDOUT = `https://x, release aaaaaaaaaaaa, commit ${COMMIT}\nhttp redirects`
    const message = await failing()
    expect(message).toContain('answers 502')
    expect(message).toContain('sudo journalctl CONTAINER_NAME=app-bbbbbbbbbbbb')
    expect(message).toMatch(
      /^live all the same: release bbbbbbbbbbbb, commit ([0-9a-f]{40}|unknown)/m,
    )
    expect(message).toContain(
      'to go back to release aaaaaaaaaaaa at once: ./padlock rollback aaaaaaaaaaaa',
    )
    expect(message).toContain(`to go back for good: git checkout ${COMMIT} && `)
  })

  test('leads nowhere back where there was no release before', async () => {
    const message = await failing()
    expect(message).toContain('live all the same: release bbbbbbbbbbbb')
    expect(message).not.toContain('to go back')
  })
})

describe('a site over plain http', () => {
  async function plain(answers: Record<string, { status: number; location?: string }>) {
    const servers = await serveSite(undefined, () => ({ http: answers, https: {} }))
    running.push(servers)
    const { httpPort } = servers
    const url = new URL(`http://${NAME}:${httpPort}`)
    return { url, address: '127.0.0.1', httpPort, readyPath: '/readyz' }
  }

  test('is asked for its page and its path of readiness', async () => {
    const site = await plain({ '/': { status: 200 }, '/readyz': { status: 200 } })
    expect(await probe(site, 0)).toEqual([
      'plain http (tls = off)',
      '/readyz answers 200, and nobody has to log in',
    ])
  })

  test('that leads to https is not what is meant', async () => {
    const site = await plain({ '/': { status: 308, location: `https://${NAME}/` } })
    await expect(probe(site, 0)).rejects.toThrow(`answers 308 https://${NAME}/`)
  })
})

describe('a site that wants a client certificate', () => {
  const shown: string[] = []
  let key: string
  let cert: string
  beforeAll(async () => {
    ;({ key, cert } = await authority.issue({ names: [NAME] }))
  })

  async function visit(rejectUnauthorized: boolean, client?: string) {
    const options = { key, cert, requestCert: true, rejectUnauthorized, ca: authority.rootPem }
    const server = https.createServer(options, ({ socket }, response) => {
      shown.push(String((socket as TLSSocket).getPeerCertificate().subject.CN))
      response.end()
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const { port } = server.address() as { port: number }
    const url = new URL(`https://${NAME}:${port}`)
    const address = '127.0.0.1'
    const site = { url, address, httpPort: 1, root: authority.rootPem, readyPath: '/', client }
    return probe(site, 0).finally(() => server.close())
  }

  test('and gets none says so', async () => {
    await expect(visit(true)).rejects.toThrow('lets nobody in without a client certificate')
  })

  test('gets the one that is given', async () => {
    await expect(visit(false, `${cert}\n${key}`)).rejects.toThrow(/:1\/ does not answer/)
    expect(shown).toEqual([NAME])
  })
})
