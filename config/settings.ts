import type { BackupSettings } from './backups/index.ts'
import type { Owner } from './checkout/owner.ts'
import type { DatabaseSettings } from './database/index.ts'
import type { Way } from './outbound.ts'
import type { RegistryLogin } from './registries.ts'
import type { SeedAccess } from './seed/access.ts'
import type { SnapshotSettings } from './seed/index.ts'
import type { Alias } from './site/aliases.ts'
import type { FurtherName, TunnelSettings } from './tunnels/index.ts'
import type { VolumeSettings } from './volume/index.ts'

/** The stack's whole configuration, validated and grouped by the component that takes it. */
export interface Settings {
  site: SiteSettings
  network: NetworkSettings
  host: HostSettings
  dns: DnsSettings
  /** The Auth0 application; absent where nobody is asked to log in, or the provider is another. */
  identity?: IdentitySettings
  /** Absent where nobody is asked to log in, or the provider is Auth0. */
  openId?: OpenIdSettings
  /** Absent where no login stands in front of the app. */
  edge?: EdgeSettings
  certificates: CertificateSettings
  /** Absent where the stack signs nothing. */
  authority?: AuthoritySettings
  /** Sorted by name; absent where there are none. */
  tunnels?: TunnelSettings[]
  serving: ServingSettings
  release: ReleaseSettings
  /** Absent where nothing outlives the droplet. */
  volume?: VolumeSettings
  /** Absent where the app has none of the stack's. */
  database?: DatabaseSettings
  /** Another one beside it, before and after a move (./padlock database move). */
  databaseBeside?: DatabaseSettings
  /** Absent where nothing is backed up. */
  backups?: BackupSettings
  /** Has the host what restores, without backups of its own? */
  restorable?: boolean
  /** Where the snapshot is that an empty database begins with; absent for none. */
  seed?: SeedAccess
  /** Absent where the stack has no anonymised snapshots for others. */
  snapshots?: SnapshotSettings
  /** Absent where the team's registry is not used. */
  registry?: RegistrySettings
  project: ProjectSettings
  lifecycle: LifecycleSettings
  /** Keys that were set with `--secret`, without the project's prefix. */
  secretKeys: string[]
}

/** The three different TCP ports of the host, 1 to 65535. */
interface Ports {
  sshPort: number
  /** Redirects to https and answers ACME http-01. */
  httpPort: number
  /** TCP and UDP (HTTP/3). */
  httpsPort: number
}

/** Where the site is found. */
export interface SiteSettings {
  /** DNS zone, no final dot; empty where the site has no name. */
  zone: string
  /** Record name inside the zone, `@` for the zone itself. */
  recordName: string
  /** Fully qualified name of the site, no final dot; absent where it is made of the address. */
  hostname?: string
  /** Further names, sorted; absent where there are none. */
  aliases?: Alias[]
  /** Is it served over http alone? */
  plain?: boolean
  httpPort: number
  httpsPort: number
}

export interface NetworkSettings extends Ports {
  /** Networks in CIDR notation that may reach the site; everybody if absent. */
  siteFrom?: string[]
  /** Is there http alone? */
  plain?: boolean
  /** DigitalOcean region slug, of the reserved IP. */
  region: string
  /** Networks in CIDR notation that may reach ssh; at least one. */
  sshFrom: string[]
  /** What the host may reach on others. */
  outbound: Way[]
}

export interface HostSettings extends Ports {
  /** DigitalOcean region slug, of the droplet. */
  region: string
  /** DigitalOcean size slug. */
  size: string
  /** `debian-13-x64`, or the number of a snapshot. */
  image: string
  ipv6: boolean
  /** Does the stack have a key of its own, in its state, or are the keys in an agent? */
  sshKey: 'state' | 'agent'
  /** authorized_keys lines beside the stack's own key. */
  adminSshKeys: string[]
  /** From 1; a higher one rotates the stack's own admin key. */
  adminKeyVersion: number
  /** Hours and minutes in UTC, `03:30`. */
  rebootTime: string
  caddyRepository: CaddyRepository
}

export interface DnsSettings {
  /** Who leads the name: this stack at DigitalOcean, whoever serves the zone, sslip.io or DuckDNS. */
  source: 'digitalocean' | 'external' | 'sslip' | 'duckdns' | 'none'
  /** Absent but where the source is DuckDNS. */
  duckdns?: DuckDnsSettings
  /** How long is waited for records that are made by hand. */
  minutes: number
  zone: string
  /** `@` for the zone itself. */
  recordName: string
  /** Is the zone created and deleted with the stack? */
  manageZone: boolean
  /** Does a zone that the stack made stay at DigitalOcean when the stack lets go of it? */
  keepZone: boolean
  /** Does the engine keep the zone from being deleted? */
  protectZone: boolean
  /** As CAA records name the certificate authority (RFC 8659); absent for none. */
  caaIssuer?: string
  /** Further names, which get records as the site's; absent where there are none. */
  aliases?: FurtherName[]
}

/** A domain of an account at DuckDNS. */
export interface DuckDnsSettings {
  /** Without `.duckdns.org`. */
  label: string
  /** A secret. */
  token: string
  /** https URL without a path. */
  api: string
}

export interface IdentitySettings {
  /** URLs of the further names that the site answers at. */
  aliasUrls?: string[]
  /** Host, or host:port, that browsers and the app meet the identity provider at. */
  domain: string
  /** Names of connections of the tenant; at least one. */
  connections: string[]
  /** May users register by themselves? */
  signUp: 'closed' | 'open'
  /** Those of the connections whose addresses count as verified, whatever the token says. */
  verifiedConnections: string[]
  /** Path of the site that the tenant sends users back to. */
  callbackPath: string
  /** Path of the site that begins a login. */
  loginPath: string
}

/** The login in front of an app that has none. */
export interface EdgeSettings {
  /** Of oauth2-proxy, by its digest. */
  image: string
  /** Paths that need no login, such as `/healthz` or `/webhooks/*`. */
  publicPaths: string[]
}

/** An issuer of OpenID Connect, with an application that was made there by hand. */
export interface OpenIdSettings {
  provider: 'oidc' | 'google'
  /** https URL, exactly as the issuer calls itself. */
  issuer: string
  clientId: string
  /** A secret. */
  clientSecret: string
  /** openid and email are among them. */
  scopes: string[]
  /** Path of the site that the issuer sends users back to. */
  callbackPath: string
  /** OpenID Connect's `prompt` that asks for another account. */
  switchPrompt: string
}

export interface CertificateSettings {
  /** https URL (RFC 8555 7.1.1). */
  acmeDirectory: string
  acmeEmail?: string
  /** PEM text of the root of the directory's own certificate; absent for the public roots. */
  acmeRoot?: string
  /** PEM text of what the site's certificate chains to; absent for the public roots. */
  siteRoot?: string
  /** The authority as CAA records name it; absent where nobody knows. */
  issuer?: string
  /** `IP:port` that is asked for the site's records; absent for the zone's own name servers. */
  dnsServer?: string
  /** How long a zone that the stack made may take to be delegated; absent for others. */
  delegationMinutes?: number
}

/** What the stack's own certificate authority signs. */
export interface AuthoritySettings {
  /** The site's certificate? */
  server: boolean
  /** Names that get a certificate each. */
  clients: string[]
  /** Are visitors asked for one, and must they have one? */
  clientAuth: 'off' | 'request' | 'require'
}

/** What the proxy allows visitors and the app. */
export interface ServingSettings {
  /** Until the app has begun an answer. */
  responseSeconds: number
  /** Of a request. */
  maxBodyMiB: number
  /** How long streams may go on once something newer serves. */
  drainSeconds: number
  /** How many containers serve the app; absent for one. */
  replicas?: number
}

export interface ReleaseSettings {
  app: AppOrigin
  /** Logins by registry, for the app's image and for the images that a build starts from. */
  registries: Record<string, RegistryLogin>
  /** Environment by name, sorted; names that the deployment itself gives are not among them. */
  env: Record<string, string>
  /** The same, secret. */
  secrets: Record<string, string>
  /** A higher one is another key that signs sessions; absent for the first. */
  sessionKeyVersion?: number
  /** TCP port that the app listens on; 0 for a unix socket. */
  port: number
  memoryMiB: number
  /** How many processors it may use; all of them if absent. */
  cpus?: number
  /** How many containers serve the app, each with these limits; absent for one. */
  replicas?: number
  /** Start command in one line; the image's own if absent. */
  command?: string
  /** Runs once in the new image before a release gets traffic. */
  releaseCommand?: OneCommand
  /** Runs once on the volume, behind `releaseCommand`, and fills the database. */
  seedCommand?: OneCommand
  /** Workers and jobs by name, sorted; absent for none. */
  processes?: Record<string, ProcessSettings>
  /** Directories of the volume by path in the container, sorted; absent for none. */
  volumes?: Record<string, string>
  /** Path that answers 200 when the release is ready. */
  readyPath: string
  readySeconds: number
  /** How long the app may answer nobody until it is restarted; never if 0, absent for the usual. */
  hangSeconds?: number
  /** How long the old release's connections may go on once a new one serves. */
  drainSeconds: number
  /** Addresses that may use the app; these and the domains are not both empty. */
  allowedEmails: string[]
  /** E-mail domains without @. */
  allowedDomains: string[]
}

/** The team's registry at DigitalOcean. */
export interface RegistrySettings {
  /** The registry that `appImage` is in; absent for an image elsewhere, or none. */
  image?: string
  /** Of the one that is made where the account has none; unique among all of DigitalOcean's. */
  newName: string
  /** Has the stack an expiry? It makes none then. */
  ephemeral: boolean
}

/** A process of the app's image beside the web process: a worker, or with calendars a job. */
export interface ProcessSettings {
  command: string
  /** Of systemd (systemd.time(7)); a job runs at each. */
  calendars: string[]
  /** How long a job may take. */
  seconds: number
  memoryMiB: number
  /** All processors if absent. */
  cpus?: number
}

/** A command in one line that comes to its end. */
export interface OneCommand {
  command: string
  /** Then it is ended, and has failed. */
  seconds: number
}

export interface ProjectSettings {
  /** `Development`, `Staging` or `Production`. */
  environment: string
}

export interface LifecycleSettings {
  /** Whose the stack is; everything of it carries the id. */
  owner: Owner
  /** When a sweep may destroy the stack, to the minute; never if absent. */
  expires?: Date
  /** May an update replace a commit that is live by one that does not have it? */
  allowOlder: boolean
  /** Has a verb just written the stack's settings file, which nobody could have committed yet? */
  wroteSettings: boolean
  /** Does the engine keep what cannot be made again from being deleted or replaced? */
  protect: boolean
  /** Is anything protected, so that a destroy must not begin? */
  guard: boolean
  /** The same of the droplet, whose loss may have been consented to. */
  protectDroplet: boolean
  /** Was the replacement of the droplet consented to? */
  mayReplaceDroplet: boolean
}

/** Where Caddy's package comes from. */
export interface CaddyRepository {
  url: string
  suite: string
  component: string
  /** Armoured public key, or the https URL that it is fetched from on the host. */
  key: string
  /** 40 hex digits, upper case; the host accepts no other key. */
  fingerprint: string
}

/** How the app gets onto the host. */
export type AppOrigin =
  | { kind: 'source'; folder: string; baseImage?: string }
  | { kind: 'image'; image: string }

/** What the configuration is read against. */
export interface Context {
  /** The project's name, which prefixes its keys in a settings file. */
  project: string
  /** The stack's name. */
  stack: string
  /** What backend and repository say; absent where they do not. */
  owner?: Owner
  /** The provider's own `auth0:domain` or AUTH0_DOMAIN. */
  auth0Domain?: string
  /** Keys of this project that were set with --secret. */
  secretKeys: string[]
  /** Contents of a file relative to the project, undefined if it cannot be read. */
  readFile(path: string): string | undefined
  /** Is this folder, relative to the project, there and does it hold this file? */
  hasFile(folder: string, file: string): boolean
}
