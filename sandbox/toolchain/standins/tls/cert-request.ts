import 'reflect-metadata' // wanted by @peculiar/x509, which does not load it itself
import { createHash } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { CertRequestArgs } from '@pulumi/tls'
import { generated } from '../generated.ts'
import { alternativeNames, signer, subjectName } from './x509.ts'

/** `tls.CertRequest`: a name and a public key, signed with its private key (PKCS#10). */
export const certRequest = generated<CertRequestArgs>({
  inputs: {
    dnsNames: {},
    ipAddresses: {},
    privateKeyPem: {},
    privateKeyPemWo: {},
    privateKeyPemWoVersion: {},
    subject: {},
    uris: {},
  },
  outputs: ['certRequestPem', 'keyAlgorithm'],
  secrets: [],
  secretInputs: ['privateKeyPem'],
  validate: () => [],
  async generate(inputs) {
    const { keys, signingAlgorithm, keyAlgorithm } = await signer(String(inputs.privateKeyPem))
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: subjectName(inputs.subject).toJSON(),
      keys,
      signingAlgorithm,
      extensions: alternativeNames(inputs),
    })
    return {
      id: createHash('sha1').update(Buffer.from(request.rawData)).digest('hex'),
      outputs: { certRequestPem: `${request.toString('pem')}\n`, keyAlgorithm },
    }
  },
})
