import type { ProviderDefinition } from '../server/types.ts'
import { certRequest } from './cert-request.ts'
import { locallySignedCert, selfSignedCert } from './certificates.ts'
import { privateKey } from './private-key.ts'

/** The `tls` plugin, as far as the stack uses it. */
export const tls: ProviderDefinition<unknown> = {
  name: 'tls',
  version: '5.6.1',
  features: { acceptResources: true, supportsAutonaming: true },
  configure: () => undefined,
  diffConfig: () => ({ changes: 'unknown' }),
  resources: {
    'tls:index/certRequest:CertRequest': certRequest,
    'tls:index/locallySignedCert:LocallySignedCert': locallySignedCert,
    'tls:index/privateKey:PrivateKey': privateKey,
    'tls:index/selfSignedCert:SelfSignedCert': selfSignedCert,
  },
}
