import 'reflect-metadata'
import { X509CertificateGenerator } from '@peculiar/x509'
import type { ConfigurationError } from '../../../config/error.ts'
import { parse } from '../../../config/parse.ts'
import { context, defaults, good } from './context.ts'

const DAY_MS = 86_400_000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** PEM text of a root that ends so many days from now. */
async function endingIn(days: number): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const made = await X509CertificateGenerator.createSelfSigned({
    ...{ keys, signingAlgorithm: ALGORITHM, name: 'CN=root of a test' },
    ...{ notBefore: new Date(0), notAfter: new Date(Date.now() + days * DAY_MS) },
  })
  return made.toString('pem')
}

function problems(raw: Record<string, unknown>, files: Record<string, string>): string[] {
  try {
    parse({ ...defaults, ...good, ...raw }, context({ readFile: (path) => files[path] }))
  } catch (error) {
    return (error as ConfigurationError).problems
  }
  return []
}

test('a root that has ended is told before anything is made, with the day of its end', async () => {
  const ended = new Date(Date.now() - 3 * DAY_MS).toISOString().slice(0, 10)
  const file = { 'old.pem': await endingIn(-3) }
  expect(problems({ acmeRoot: 'old.pem', siteRoot: 'old.pem' }, file)).toEqual([
    `acmeRoot = "old.pem" holds a certificate that ended on ${ended}. Allowed: a PEM certificate, or the path of a file that holds one.\n    Fix: pulumi config set acmeRoot path/to/root.pem`,
    `siteRoot = "old.pem" holds a certificate that ended on ${ended}. Allowed: a PEM certificate, or the path of a file that holds one or more.\n    Fix: pulumi config set siteRoot path/to/root.pem`,
  ])
  expect(problems({ siteRoot: file['old.pem'] }, {})).toEqual([
    expect.stringContaining(`holds a certificate that ended on ${ended}`),
  ])
})

test('one of several may have ended, and none may be broken', async () => {
  const [old, present] = [await endingIn(-3), await endingIn(3)]
  expect(problems({ siteRoot: 'both.pem' }, { 'both.pem': `${old}\n${present}\n` })).toEqual([])
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  expect(problems({ siteRoot: 'both.pem' }, { 'both.pem': present + broken })).toEqual([
    expect.stringMatching(/^siteRoot = "both\.pem" holds no PEM certificate\./),
  ])
})
