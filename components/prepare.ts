import { sourcesFile } from '../cloud-init/index.ts'
import { operator } from '../config/checkout/operator.ts'
import { managedIn } from '../config/database/index.ts'
import { clusterName } from '../config/database/managed.ts'
import type { Settings } from '../config/settings.ts'
import { volumeName } from '../config/volume/index.ts'
import { type HostBundle, hostBundle } from '../host/pack/index.ts'
import { checkBackups, warnOfBackups, warnOfFewer } from './account/backups.ts'
import { checkBucket } from './account/bucket.ts'
import { checkDatabase, warnOfNoBackups } from './account/database.ts'
import { versionOnHost } from './account/database-version.ts'
import { type FoundIssuer, tellAddresses } from './account/issuer.ts'
import { checkOwner } from './account/owner.ts'
import { type TeamRegistry, teamRegistry } from './account/registry.ts'
import { checkVolume, warnOfDetached } from './account/volume.ts'
import { checkZoneStays } from './account/zone.ts'
import { checkWeek } from './acme/week.ts'
import { checkFormat } from './format.ts'
import { addressesOf, unannounced } from './open-id.ts'
import { preflight } from './preflight.ts'
import { type Archive, archive } from './release/archive.ts'
import type { Made } from './release/live.ts'
import { checkLive } from './release/live-commit.ts'
import { refreshed } from './release/refresh.ts'
import type { FoundConnection } from './sign-up.ts'
import { warnOfLockOut } from './ssh/lock-out.ts'
import { type Former, formerResources } from './state.ts'
import { type Way, wayOf } from './way.ts'

/** What is known and made before the first resource is. */
export interface Prepared {
  /** The tenant's connections, in the order of the settings. */
  connections: FoundConnection[]
  /** What the issuer says of itself; absent where the provider of the login is Auth0, or there is none. */
  issuer?: FoundIssuer
  /** The droplet must be replaced to get its size. */
  replacesForSize: boolean
  way: Way
  /** The packed folder of an app that is built on the host. */
  archive?: Archive
  bundle: HostBundle
  /** Of PostgreSQL on the host; absent where it has none. */
  databaseVersion?: string
  /** The day of the app's last refresh, if there was one. */
  refreshed?: string
  /** Absent where the team's registry is not used. */
  registry?: TeamRegistry
  /** The state before this update. */
  state: Former[]
  /** What a new release is made of, and by whom. */
  made: Made
}

/**
 * Asks the state whether this program can work on it, and both accounts whether the settings can be
 * had, and packs the app and the host's software.
 * @param name of the deployment; the droplets carry it as their tag
 * @throws RunError before anything is created
 */
export async function prepare(name: string, settings: Settings): Promise<Prepared> {
  const { app } = settings.release
  const { caddyRepository, rebootTime, sshPort, httpPort, httpsPort } = settings.host
  const state = await formerResources()
  checkFormat(state, name)
  checkOwner(state, settings.lifecycle.owner)
  checkZoneStays(state, settings.dns)
  checkVolume(state, settings.volume)
  checkDatabase(state, settings)
  checkBackups(state, settings.backups)
  const databaseVersion = versionOnHost(state, settings)
  const mustStay = settings.dns.source !== 'digitalocean'
  const way = wayOf(name, settings.lifecycle.expires, state, mustStay)
  const { environment } = settings.project
  const commit = (await checkLive(state, { environment, ...settings.lifecycle })) ?? 'unknown'
  const addresses = addressesOf(settings)
  const managed = managedIn(settings)
  const [{ connections, replacesForSize, issuer }, packed, bundle] = await Promise.all([
    preflight(
      {
        ...settings.host,
        ...settings.dns,
        replicas: settings.release.replicas,
        memoryMiB: settings.release.memoryMiB,
        processes: settings.release.processes,
        database: databaseVersion !== undefined,
        dnsServer: settings.certificates.dnsServer,
        identity: settings.identity,
        openId: settings.openId && {
          ...settings.openId,
          callbackUrl: addresses.callbackUrl,
        },
        name,
        reserves: way.reserves,
        owner: settings.lifecycle.owner.id,
        protectDroplet: settings.lifecycle.protectDroplet,
        volume: settings.volume && volumeName(name, settings.lifecycle.owner.id),
        cluster: managed ? clusterName(name, settings.lifecycle.owner.id) : undefined,
        managed,
        mayReplace: settings.lifecycle.mayReplaceDroplet,
      },
      state,
    ),
    app.kind === 'source' ? archive(app.folder) : undefined,
    hostBundle({
      ports: { ssh: sshPort, http: httpPort, https: httpsPort },
      edge: Boolean(settings.edge),
      tunnels: Boolean(settings.tunnels),
      volume: settings.volume && volumeName(name, settings.lifecycle.owner.id),
      database: databaseVersion,
      managed: managed?.version,
      backups: Boolean(settings.backups) || settings.restorable,
      seed: Boolean(settings.snapshots ?? settings.seed),
      rebootTime,
      repository: { ...caddyRepository, sources: sourcesFile(caddyRepository) },
    }),
    warnOfLockOut(settings.network),
    checkWeek(settings, state),
    warnOfDetached(state),
    warnOfNoBackups(settings, settings.backups !== undefined, settings.lifecycle.expires),
    warnOfBackups(state, settings.backups),
    warnOfFewer(state, settings.backups),
    checkBucket(name, settings.backups, state),
  ])
  // Once the accounts are what they should be: its words are about less.
  const registry = settings.registry && (await teamRegistry(settings.registry, state))
  const { openId } = settings
  const announce = unannounced(state, settings)
  if (openId && issuer && announce) await tellAddresses(openId, issuer, announce)
  return {
    connections,
    issuer,
    replacesForSize,
    way,
    archive: packed,
    databaseVersion,
    refreshed: refreshed(state, app),
    registry,
    bundle,
    state,
    made: { commit, by: operator() },
  }
}
