import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../../../config/settings.ts'

const files: Record<string, string> = {
  'root.pem': readFileSync(join(import.meta.dirname, 'root.pem'), 'utf8'),
  'caddy.asc': readFileSync(join(import.meta.dirname, 'caddy.asc'), 'utf8'),
  'notes.txt': 'no key, no certificate\n',
  'anonymise.sql': 'UPDATE people SET name = NULL;\n',
  'empty.sql': ' \n',
}

/** A project with an app, a certificate, a signing key, and secrets kept as secrets. */
export function context(more: Partial<Context> = {}): Context {
  return {
    project: 'padlock',
    stack: 'dev',
    owner: { id: '1a2b3c4d', of: 'github.com/acme/shop, api.pulumi.com/acme' },
    auth0Domain: 'acme.eu.auth0.com',
    secretKeys: ['appSecrets', 'appRegistries'],
    readFile: (path) => files[path],
    hasFile: (folder, file) => folder === 'app' && file === 'Containerfile',
    ...more,
  }
}

/** The smallest configuration that is good. */
export const good = { zone: 'example.com', allowedEmails: ['ada@example.com'] }

/** What the engine adds: every default of Pulumi.yaml. */
export const defaults = {
  subdomain: '',
  region: 'fra1',
  size: 's-1vcpu-1gb',
  image: 'debian-13-x64',
  ipv6: true,
  sshFrom: ['0.0.0.0/0', '::/0'],
  sshPort: 22,
  httpPort: 80,
  httpsPort: 443,
  acmeDirectory: 'https://acme-v02.api.letsencrypt.org/directory',
  login: 'app',
  public: false,
  connections: ['Username-Password-Authentication'],
  appPort: 0,
  appMemoryMiB: 256,
  replicas: 1,
  releaseSeconds: 300,
  readyPath: '/readyz',
  readySeconds: 90,
  hangSeconds: 90,
  drainSeconds: 30,
  responseSeconds: 60,
  maxBodyMiB: 10,
  environment: 'Development',
}
