import type { AppOrigin, CaddyRepository, Settings as Flat } from './settings.ts'
export interface Settings {
  site: { zone: string; recordName: string; hostname: string; url: string; httpPort: number; httpsPort: number }
  network: { region: string; sshFrom: string[]; sshPort: number; httpPort: number; httpsPort: number }
  host: { region: string; size: string; image: string; ipv6: boolean; adminSshKeys: string[]; adminKeyVersion: number; sshPort: number; httpPort: number; httpsPort: number; caddyRepository: CaddyRepository }
  dns: { zone: string; recordName: string; manageZone: boolean; caaIssuer?: string }
  identity: { url: string; domain: string; connections: string[] }
  certificates: { acmeDirectory: string; acmeEmail?: string; acmeRoot?: string }
  release: { app: AppOrigin; env: Record<string, string>; secrets: Record<string, string>; memoryMiB: number; readyPath: string; readySeconds: number; allowedEmails: string[]; allowedDomains: string[] }
  project: { environment: string }
  lifecycle: { expires?: Date; protect: boolean; protectDroplet: boolean }
  secretKeys: string[]
}
export function grouped(s: Flat): Settings {
  const { zone, recordName, hostname, url, httpPort, httpsPort, sshPort, region } = s
  return {
    site: { zone, recordName, hostname, url, httpPort, httpsPort },
    network: { region, sshFrom: s.sshFrom, sshPort, httpPort, httpsPort },
    host: { region, size: s.size, image: s.image, ipv6: s.ipv6, adminSshKeys: s.adminSshKeys, adminKeyVersion: 1, sshPort, httpPort, httpsPort, caddyRepository: s.caddyRepository },
    dns: { zone, recordName, manageZone: s.manageZone, caaIssuer: s.caaIssuer },
    identity: { url, domain: s.auth0Domain, connections: s.connections },
    certificates: { acmeDirectory: s.acmeDirectory, acmeEmail: s.acmeEmail, acmeRoot: s.acmeRoot },
    release: { app: s.app, env: s.appEnv, secrets: s.appSecrets, memoryMiB: s.appMemoryMiB, readyPath: s.readyPath, readySeconds: s.readySeconds, allowedEmails: s.allowedEmails, allowedDomains: s.allowedDomains },
    project: { environment: s.environment },
    lifecycle: { expires: s.expires, protect: s.protect, protectDroplet: s.protectDroplet },
    secretKeys: s.secretKeys,
  }
}
