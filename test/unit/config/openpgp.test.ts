import * as openpgp from 'openpgp'
import { fingerprint } from '../../../config/repository/openpgp.ts'

const generate = (more: object) =>
  openpgp.generateKey({ userIDs: [{ name: 'Caddy' }], format: 'object', ...more })

test.each<[string, object]>([
  ['ECC', { type: 'ecc' }],
  ['RSA of 2048 bits', { type: 'rsa', rsaBits: 2048 }],
])('the fingerprint of an %s key is that of OpenPGP.js', async (_name, options) => {
  const { publicKey } = await generate(options)
  expect(fingerprint(publicKey.armor())).toBe(publicKey.getFingerprint().toUpperCase())
})

test('a private key has none', async () => {
  const { privateKey } = await generate({ type: 'ecc' })
  expect(fingerprint(privateKey.armor())).toBeUndefined()
})

test.each(['', 'mA==', 'mQ==', 'xg==', 'AAAA'])('a damaged key (%p) has none', (body) => {
  const [start, end] = ['BEGIN', 'END'].map((word) => `-----${word} PGP PUBLIC KEY BLOCK-----`)
  expect(fingerprint(`${start}\n\n${body}\n${end}\n`)).toBeUndefined()
})
