import { isProtected } from './protection.ts'
import type { Values } from './rules.ts'
import type { AppOrigin, Context, Settings } from './settings.ts'

/** Certificate authorities by the host of their ACME directory, as CAA names them (RFC 8659). */
const CAA_ISSUERS: Record<string, string> = {
  'acme-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme-staging-v02.api.letsencrypt.org': 'letsencrypt.org',
  'acme.zerossl.com': 'sectigo.com',
  'dv.acme-v02.api.pki.goog': 'pki.goog',
}

/** The keys' values by the component that takes them, with what follows from them. */
export function grouped(values: Values, { stack, secretKeys }: Context): Settings {
  const { zone, region, sshPort, httpPort, httpsPort, acmeDirectory } = values
  const recordName = values.subdomain || dnsLabel(stack)
  const hostname = recordName === '@' ? zone : `${recordName}.${zone}`
  const url = httpsPort === 443 ? `https://${hostname}` : `https://${hostname}:${httpsPort}`
  const protect = isProtected(values)
  return {
    site: { zone, recordName, hostname, url, httpPort, httpsPort },
    network: { region, sshFrom: values.sshFrom, sshPort, httpPort, httpsPort },
    host: {
      region,
      size: values.size,
      image: values.image,
      ipv6: values.ipv6,
      sshKey: values.sshKey === 'agent' ? 'agent' : 'state',
      adminSshKeys: values.adminSshKeys,
      adminKeyVersion: values.adminKeyVersion,
      sshPort,
      httpPort,
      httpsPort,
      caddyRepository: values.caddyRepository,
    },
    dns: {
      zone,
      recordName,
      manageZone: values.manageZone,
      caaIssuer: values.caaIssuer || CAA_ISSUERS[new URL(acmeDirectory).hostname],
    },
    identity: {
      url,
      domain: values.auth0CustomDomain || values['auth0:domain'],
      connections: values.connections,
      signUp: values.signUp === 'open' ? 'open' : 'closed',
      verifiedConnections: values.verifiedConnections,
    },
    certificates: {
      acmeDirectory,
      acmeEmail: values.acmeEmail || undefined,
      acmeRoot: values.acmeRoot || undefined,
    },
    release: {
      app: origin(values),
      registries: values.appRegistries,
      env: values.appEnv,
      secrets: values.appSecrets,
      memoryMiB: values.appMemoryMiB,
      readyPath: values.readyPath,
      readySeconds: values.readySeconds,
      allowedEmails: values.allowedEmails,
      allowedDomains: values.allowedDomains,
    },
    project: { environment: values.environment },
    lifecycle: {
      expires: values.expires,
      protect,
      protectDroplet:
        protect && ![...values.allowReplace, ...values.allowDelete].includes('droplet'),
    },
    secretKeys,
  }
}

/** A stack's name as a DNS label: Pulumi allows capitals, dots and underscores in it. */
function dnsLabel(stack: string): string {
  return stack
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
}

function origin({ appImage, appSource, appBaseImage }: Values): AppOrigin {
  if (appImage === '') {
    return { kind: 'source', folder: appSource || 'app', baseImage: appBaseImage || undefined }
  }
  return { kind: 'image', image: appImage }
}
