/** Where Caddy's package comes from. */
export interface CaddyRepository {
  url: string
  suite: string
  component: string
  /** Armoured public key, or the https URL that it is fetched from on the host. */
  key: string
  /** 40 hex digits, upper case; the host refuses any other key. */
  fingerprint: string
}

/** How the app gets onto the host. */
export type AppOrigin =
  | { kind: 'source'; folder: string; baseImage?: string }
  | { kind: 'image'; image: string; registry?: { user: string; password: string } }

/** The stack's whole configuration, validated; what a key means stands in Pulumi.yaml. */
export interface Settings {
  zone: string
  /** Record name inside the zone, `@` for the zone itself. */
  recordName: string
  /** Fully qualified name of the site, no final dot. */
  hostname: string
  /** Public base URL without a final slash; the port only where it is not 443. */
  url: string
  manageZone: boolean
  caaIssuer?: string
  region: string
  size: string
  image: string
  ipv6: boolean
  adminSshKeys: string[]
  sshFrom: string[]
  sshPort: number
  httpPort: number
  httpsPort: number
  acmeEmail?: string
  acmeDirectory: string
  /** PEM text. */
  acmeRoot?: string
  caddyRepository: CaddyRepository
  /** Host, or host:port, that browsers and the app meet the identity provider at. */
  auth0Domain: string
  connections: string[]
  allowedEmails: string[]
  allowedDomains: string[]
  app: AppOrigin
  appEnv: Record<string, string>
  appSecrets: Record<string, string>
  appMemoryMiB: number
  readyPath: string
  readySeconds: number
  environment: string
  /** When a sweep may destroy the stack; never if absent. */
  expires?: Date
  protect: boolean
  /** Also in production, unless a loss of the droplet was consented to. */
  protectDroplet: boolean
  /** Keys that were set with `--secret`. */
  secretKeys: string[]
}

/** What the configuration is read against. */
export interface Surroundings {
  stack: string
  /** The provider's own `auth0:domain` or AUTH0_DOMAIN. */
  auth0Domain?: string
  /** Keys of this project that were set with --secret. */
  secretKeys: string[]
  /** Contents of a file relative to the project, undefined if it cannot be read. */
  readFile(path: string): string | undefined
  /** Is this folder, relative to the project, there and does it hold this file? */
  hasFile(folder: string, file: string): boolean
}
