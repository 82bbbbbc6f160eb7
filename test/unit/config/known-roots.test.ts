import { X509Certificate } from 'node:crypto'
import { knownRoots } from '../../../config/known-roots.ts'
import { parse, type RawConfig } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const STAGING = 'https://acme-staging-v02.api.letsencrypt.org/directory'
const read = (raw: RawConfig) => parse({ ...defaults, ...good, ...raw }, context())
const certificates = (pem = '') =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? []).map(
    (one) => new X509Certificate(one),
  )

test("Let's Encrypt's staging roots are four, each its own issuer", () => {
  const roots = certificates(knownRoots(STAGING))
  expect(roots.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1])).toEqual([
    '(STAGING) Pretend Pear X1',
    '(STAGING) Bogus Broccoli X2',
    '(STAGING) Yearning Yucca Root YE',
    '(STAGING) Yonder Yam Root YR',
  ])
  for (const root of roots) {
    expect(root.ca).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
    expect(Date.parse(root.validTo)).toBeGreaterThan(Date.parse('2035-01-01'))
  }
})

test('the site of the staging directory chains to them, and the directory to the public roots', () => {
  expect(read({ acmeDirectory: STAGING }).certificates).toMatchObject({
    acmeRoot: undefined,
    siteRoot: knownRoots(STAGING),
  })
  expect(read({}).certificates.siteRoot).toBeUndefined()
})

test('a private authority has one root for both unless told otherwise', () => {
  const directory = { acmeDirectory: 'https://acme.example.com/dir' }
  const { acmeRoot, siteRoot } = read({ ...directory, acmeRoot: 'root.pem' }).certificates
  expect(acmeRoot).toContain('BEGIN CERTIFICATE')
  expect(siteRoot).toBe(acmeRoot)
  const other = read({ ...directory, siteRoot: 'root.pem' }).certificates
  expect(other.acmeRoot).toBeUndefined()
  expect(other.siteRoot).toBe(acmeRoot)
})
