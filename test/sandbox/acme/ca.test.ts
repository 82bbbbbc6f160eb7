import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { exportKey, issueRoot, newKey } from '../../../sandbox/ca/certificates.ts'
import { openAuthority } from '../../../sandbox/ca/index.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ca-'))
})
afterEach(() => rm(dir, { recursive: true }))

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

test('the root is a version 3 ECDSA P-256 authority for ten years', async () => {
  const authority = await openAuthority(dir)
  const text = openssl('x509', '-in', authority.rootPath, '-noout', '-text')
  expect(text).toContain('Version: 3')
  expect(text).toContain('NIST CURVE: P-256')
  expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE/)
  expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/)
  const { validFrom, validTo } = new X509Certificate(authority.rootPem)
  const years = (Date.parse(validTo) - Date.parse(validFrom)) / (365.25 * 24 * 3600 * 1000)
  expect(Math.round(years)).toBe(10)
})

test('keys are readable by their owner alone', async () => {
  const authority = await openAuthority(dir)
  await authority.issue({ names: ['a.localhost'] })
  const keys = execFileSync('find', [join(dir, 'ca'), '-name', '*.key'], { encoding: 'utf8' })
  const paths = keys.trim().split('\n')
  expect(paths).toHaveLength(2)
  for (const path of paths) expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a second start finds the same root and the same server certificate', async () => {
  const first = await openAuthority(dir)
  const subject = { names: ['a.localhost'], ips: ['127.0.0.1'] }
  const cert = await first.issue(subject)
  const second = await openAuthority(dir)
  expect(second.rootPem).toBe(first.rootPem)
  expect(await second.issue(subject)).toEqual(cert)
})

test('a server certificate close to its end is made anew, under the same root', async () => {
  const first = await openAuthority(dir)
  const subject = { names: ['a.localhost'] }
  const { cert } = await first.issue(subject)
  const later = Date.now() + 750 * 24 * 3600 * 1000
  jest.spyOn(Date, 'now').mockReturnValue(later)
  try {
    const second = await openAuthority(dir)
    const renewed = (await second.issue(subject)).cert
    expect(renewed).not.toBe(cert)
    expect(Date.parse(new X509Certificate(renewed).validTo)).toBeGreaterThan(later)
    expect(second.rootPem).toBe(first.rootPem)
  } finally {
    jest.restoreAllMocks()
  }
})

test('a TLS client that trusts the root alone accepts the names, and no other', async () => {
  const authority = await openAuthority(dir)
  const issued = await authority.issue({
    names: ['a.localhost', 'b.localhost'],
    ips: ['127.0.0.1'],
  })
  const server = createServer(issued, (socket) => socket.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const attempt = (host: string) =>
    new Promise<string>((resolve) => {
      const socket: TLSSocket = connect({
        port,
        host: '127.0.0.1',
        ca: authority.rootPem,
        ...(host === '127.0.0.1' ? {} : { servername: host }),
      })
      socket.on('secureConnect', () => resolve('accepted'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      socket.resume()
    })
  try {
    expect(await attempt('a.localhost')).toBe('accepted')
    expect(await attempt('b.localhost')).toBe('accepted')
    expect(await attempt('127.0.0.1')).toBe('accepted')
    expect(await attempt('c.localhost')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  } finally {
    server.close()
  }
})

test('a foreign intermediate, cross-signed, leads its certificates to our root', async () => {
  const authority = await openAuthority(dir)
  const path = (name: string) => join(dir, name)
  await writeFile(path('ext'), 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash')
  const foreign = await newKey()
  await writeFile(path('foreign.key'), await exportKey(foreign.privateKey))
  await writeFile(path('foreign.pem'), (await issueRoot(foreign)).toString('pem'))
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=Intermediate',
    '-keyout',
    path('i.key'),
    '-out',
    path('i.csr'),
  )
  openssl(
    'x509',
    '-req',
    '-in',
    path('i.csr'),
    '-CA',
    path('foreign.pem'),
    '-CAkey',
    path('foreign.key'),
    '-CAcreateserial',
    '-extfile',
    path('ext'),
    '-out',
    path('i.pem'),
  )
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=leaf',
    '-keyout',
    path('l.key'),
    '-out',
    path('l.csr'),
  )
  openssl(
    'x509',
    '-req',
    '-in',
    path('l.csr'),
    '-CA',
    path('i.pem'),
    '-CAkey',
    path('i.key'),
    '-CAcreateserial',
    '-out',
    path('l.pem'),
  )
  const verify = (intermediate: string) =>
    openssl(
      'verify',
      '-CAfile',
      authority.rootPath,
      '-untrusted',
      path(intermediate),
      path('l.pem'),
    )
  expect(() => verify('i.pem')).toThrow()

  await writeFile(
    path('ours.pem'),
    await authority.crossSign(await readFile(path('i.pem'), 'utf8')),
  )
  expect(verify('ours.pem')).toContain('OK')
  const identifier = (file: string) =>
    openssl('x509', '-in', path(file), '-noout', '-ext', 'subjectKeyIdentifier').split('\n')[1]
  expect(identifier('ours.pem')).toBe(identifier('i.pem'))
})
