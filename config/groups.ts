import { backupsOf } from './backups/index.ts'
import type { Owner } from './checkout/owner.ts'
import { HANG_SECONDS } from './commands.ts'
import { besideOf, databaseOf, managedIn } from './database/index.ts'
import { managedWays } from './database/managed.ts'
import { EDGE_PATHS, edgeOf } from './edge/index.ts'
import { knownRoots } from './known-roots.ts'
import { waysOut } from './outbound.ts'
import { processSettings } from './processes.ts'
import { isProtected, isZoneProtected } from './protection.ts'
import { openIdOf } from './provider/index.ts'
import type { Values } from './rules.ts'
import { seedOf, snapshotsOf } from './seed/index.ts'
import type {
  AppOrigin,
  AuthoritySettings,
  Context,
  DnsSettings,
  RegistrySettings,
  Settings,
} from './settings.ts'
import { aliasesOf, answeredUrls, loginsAt, named } from './site/addresses.ts'
import { caaIssuer, issuerOf } from './site/caa.ts'
import { label } from './site/names.ts'
import { isPrivateZone } from './site/private-zone.ts'
import { furtherNames, tunnelsOf } from './tunnels/index.ts'
import { directoriesOf, volumeOf } from './volume/index.ts'

/** Where an app that asks itself has them. */
const APP_PATHS = { callbackPath: '/callback', loginPath: '/login' }

/** The keys' values by the component that takes them, with what follows from them. */
export function grouped(values: Values, { project, stack, owner, secretKeys }: Context): Settings {
  const { region, sshPort, httpPort, httpsPort, acmeDirectory } = values
  const { zone, recordName, hostname } = named(values, stack)
  const plain = values.tls === 'off' || undefined
  const aliases = aliasesOf(values, plain)
  const tunnels = tunnelsOf(values, { hostname, recordName })
  const replicas = values.replicas > 1 ? { replicas: values.replicas } : {}
  const protect = isProtected(values)
  const volume = volumeOf(values)
  const volumes = directoriesOf(values)
  const backups = backupsOf(values)
  const databases = { database: databaseOf(values), databaseBeside: besideOf(values) }
  const keepsData =
    Boolean(volume?.protect || backups?.protect) || Boolean(managedIn(databases)?.protect)
  const protectZone = values.manageZone && !values.keepZone && isZoneProtected(values)
  return {
    site: { zone, recordName, hostname, aliases, plain, httpPort, httpsPort },
    network: {
      region,
      sshFrom: values.sshFrom,
      siteFrom: values.siteFrom.length > 0 ? values.siteFrom : undefined,
      plain,
      sshPort,
      httpPort,
      httpsPort,
      outbound: waysOut(endpoints(values), [...values.outbound, ...managedWays(values)]),
    },
    host: {
      region,
      size: values.size,
      image: values.image,
      ipv6: values.ipv6,
      sshKey: values.sshKey === 'agent' ? 'agent' : 'state',
      adminSshKeys: values.adminSshKeys,
      adminKeyVersion: values.adminKeyVersion,
      rebootTime: values.rebootTime,
      sshPort,
      httpPort,
      httpsPort,
      caddyRepository: values.caddyRepository,
    },
    dns: {
      source: values.dns as DnsSettings['source'],
      minutes: values.delegationMinutes,
      ...(values.dns === 'duckdns' && {
        duckdns: { label: recordName, token: values.duckdnsToken, api: values.duckdnsApi },
      }),
      zone,
      recordName,
      manageZone: values.manageZone,
      keepZone: values.keepZone,
      protectZone,
      caaIssuer: caaIssuer(values, recordName),
      aliases: furtherNames(aliases, tunnels),
    },
    identity:
      values.login === 'none' || values.provider !== 'auth0'
        ? undefined
        : {
            aliasUrls: answeredUrls(aliases, loginsAt(tunnels, values.login)),
            domain: values.auth0CustomDomain || values['auth0:domain'],
            connections: values.connections,
            signUp: values.signUp === 'open' ? 'open' : 'closed',
            verifiedConnections: values.verifiedConnections,
            ...(values.login === 'edge' ? EDGE_PATHS : APP_PATHS),
          },
    openId: openIdOf(values),
    edge: edgeOf(values),
    certificates: {
      acmeDirectory,
      acmeEmail: values.acmeEmail || undefined,
      acmeRoot: values.acmeRoot || undefined,
      issuer: issuerOf(values),
      dnsServer: values.dnsServer || undefined,
      delegationMinutes: delegationMinutes(values),
      siteRoot: values.siteRoot || knownRoots(acmeDirectory) || values.acmeRoot || undefined,
    },
    authority: authority(values),
    tunnels,
    serving: {
      responseSeconds: values.responseSeconds,
      maxBodyMiB: values.maxBodyMiB,
      drainSeconds: values.drainSeconds,
      ...replicas,
    },
    release: {
      app: origin(values),
      registries: values.appRegistries,
      env: values.appEnv,
      secrets: values.appSecrets,
      sessionKeyVersion: values.sessionKeyVersion > 1 ? values.sessionKeyVersion : undefined,
      port: values.appPort,
      memoryMiB: values.appMemoryMiB,
      cpus: values.appCpus || undefined,
      ...replicas,
      command: values.appCommand || undefined,
      releaseCommand: values.releaseCommand
        ? { command: values.releaseCommand, seconds: values.releaseSeconds }
        : undefined,
      seedCommand: values.seedCommand
        ? { command: values.seedCommand, seconds: values.releaseSeconds }
        : undefined,
      processes:
        Object.keys(values.processes).length > 0
          ? processSettings(values.processes, values.appMemoryMiB)
          : undefined,
      ...(volumes && { volumes }),
      readyPath: values.readyPath,
      readySeconds: values.readySeconds,
      hangSeconds: values.hangSeconds === HANG_SECONDS ? undefined : values.hangSeconds,
      drainSeconds: values.drainSeconds,
      allowedEmails: values.allowedEmails,
      allowedDomains: values.allowedDomains,
    },
    volume,
    ...databases,
    backups,
    ...(values.restorable && { restorable: true }),
    seed: seedOf(values),
    snapshots: snapshotsOf(values),
    registry: registryOf(values, project, owner),
    project: { environment: values.environment },
    lifecycle: {
      owner: values.owner ? { id: values.owner, of: 'the key owner' } : (owner as Owner),
      expires: values.expires,
      allowOlder: values.allowOlder || process.env.PADLOCK_ALLOW_OLDER === 'true',
      wroteSettings: process.env.PADLOCK_WROTE_SETTINGS === 'true',
      protect,
      guard: protect || protectZone || keepsData,
      protectDroplet:
        protect && ![...values.allowReplace, ...values.allowDelete].includes('droplet'),
      mayReplaceDroplet: values.allowReplace.includes('droplet'),
    },
    secretKeys,
  }
}

function authority({ tls, clientCertificates, clientAuth }: Values) {
  const server = tls === 'private'
  if (!server && clientCertificates.length === 0) return undefined
  return {
    server,
    clients: clientCertificates,
    clientAuth: clientAuth as AuthoritySettings['clientAuth'],
  }
}

/** What the host itself reaches on others, as far as the configuration names it. */
function endpoints(values: Values): string[] {
  const { acmeDirectory, caddyRepository, appImage, appBaseImage, appRegistries, edgeImage } =
    values
  const auth0 = values.auth0CustomDomain || values['auth0:domain']
  const login = openIdOf(values)?.issuer ?? auth0
  const images = [appImage || appBaseImage, edgeImage, ...Object.keys(appRegistries)]
  const bucket = values.backups === 's3' ? values.backupEndpoint : ''
  return [acmeDirectory, caddyRepository.url, login, bucket, ...images].filter(Boolean)
}

function registryOf(
  { registry, appImage, expires, ...values }: Values,
  project: string,
  owner: Owner | undefined,
): RegistrySettings | undefined {
  if (!registry) return undefined
  const [, image] = /^registry\.digitalocean\.com\/([^/@]+)\//.exec(appImage) ?? []
  const newName = label(`${project}-${values.owner || owner?.id}`)
  return { image, newName, ephemeral: expires !== undefined }
}

function origin({ appImage, appSource, appBaseImage }: Values): AppOrigin {
  if (appImage === '') {
    return { kind: 'source', folder: appSource || 'app', baseImage: appBaseImage || undefined }
  }
  return { kind: 'image', image: appImage }
}

/** A private name is delegated by nobody, so there is nothing to wait for. */
function delegationMinutes({ manageZone, zone, delegationMinutes: minutes }: Values) {
  return manageZone && !isPrivateZone(zone) ? minutes : undefined
}
