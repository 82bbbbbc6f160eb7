import * as pulumi from '@pulumi/pulumi'
import { DEBIAN_VERSION } from '../config/database/local.ts'
import type { Settings } from '../config/settings.ts'
import type { VolumeSettings } from '../config/volume/index.ts'
import type { Backups } from './backups/backups.ts'
import { deployBackups } from './backups/index.ts'
import { Certificates } from './certificates/index.ts'
import { type Database, deployDatabase } from './database/index.ts'
import { deployEdge } from './edge/deploy.ts'
import { appEnvironment } from './environment.ts'
import type { Host } from './host.ts'
import type { Identity } from './identity.ts'
import { Packages } from './packages.ts'
import type { Place } from './place.ts'
import type { Prepared } from './prepare.ts'
import { REGISTRY_HOST, Registry } from './registry.ts'
import { Release } from './release/index.ts'
import { remembered } from './release/live.ts'
import { Snapshot } from './seed/snapshot.ts'
import { Tunnels } from './tunnels.ts'
import { DataVolume } from './volume/index.ts'

export interface WorkloadArgs {
  place: Place
  /** Of what can be tagged. */
  tags: pulumi.Input<string>[]
  host: Host
  /** Absent where nobody is asked to log in. */
  identity?: Identity
}

/** What runs on the host. */
export interface Workload {
  release: Release
  /** `registry.digitalocean.com/acme`; absent where the team's registry is not used. */
  registry?: pulumi.Output<string>
  /**
   * What the site waits for: a former host's certificates, and the release; or in its place the login
   * in front of it.
   */
  ready: pulumi.Resource[]
  /** Is to be called with the site as it is staged: a release behind a login waits for it. */
  guardedBy(staged: pulumi.Resource): void
  /** Absent where there are none. */
  tunnels?: Tunnels
  /** Absent where nothing outlives the droplet. */
  volume?: DataVolume
  /** Absent where the app has none of the stack's. */
  database?: Database
  /** Absent where nothing is backed up. */
  backups?: Backups
}

/**
 * What runs on the host behind the proxy: its software, a release of the app, and the certificates
 * that a former host of the stack had.
 * @param opts of every component
 */
export function deployWorkload(
  name: string,
  settings: Settings,
  prepared: Prepared,
  { place, tags, host, identity }: WorkloadArgs,
  opts: pulumi.ComponentResourceOptions,
): Workload {
  const { ssh, droplet, dropletId, reachable, ready } = host
  const target = { ssh, droplet, dropletId }
  const { bundle, archive, refreshed, connections, made, state } = prepared
  const { edge, openId } = settings
  const { registries } = settings.release
  const { installed } = new Packages(name, { ...target, bundle, reachable, ready }, opts)
  const registry = prepared.registry && new Registry(name, prepared.registry, opts)
  let guardedBy: Workload['guardedBy'] = () => {}
  // An app without a login of its own must not serve before the site asks for one.
  const guard = edge && [
    new Promise<pulumi.Resource>((resolve) => {
      guardedBy = resolve
    }),
  ]
  const { carried } = new Certificates(name, { ssh, dropletId, after: [installed] }, opts)
  const after = [installed, ...(identity?.links ?? [])]
  const login = deployEdge(name, settings, identity, { ...target, url: place.url, after }, opts)
  let volume: DataVolume | undefined
  let isThere = (_: DataVolume) => {}
  const there = new Promise<DataVolume>((resolve) => {
    isThere = resolve
  })
  const mounted = there.then((one) => one.mounted)
  const volumeId = settings.volume && pulumi.output(there.then((one) => one.volumeId))
  const onVolume = { ...target, volumeId: volumeId ?? '', after: [installed, mounted] }
  const { owner } = settings.lifecycle
  const inNetwork = { vpc: droplet.vpcUuid, owner: owner.id, tags, after: [installed] }
  const version = prepared.databaseVersion ?? DEBIAN_VERSION
  const local = { ...onVolume, version, archived: settings.backups !== undefined }
  const database = deployDatabase(name, settings, local, inNetwork, opts)
  const backups = deployBackups(
    name,
    settings.backups,
    {
      ...target,
      volumeGib: settings.volume?.size ?? 0,
      database: Boolean(database?.local),
      beside: Boolean(database?.beside),
      managed: database?.login,
      files: settings.release.volumes !== undefined,
      after: [installed, database?.local ?? mounted, ...(database?.login ? [database.up] : [])],
    },
    opts,
  )
  const snapshot =
    settings.seed && database?.password
      ? new Snapshot(
          name,
          { ...onVolume, place: settings.seed, password: database.password, after: [database.up] },
          opts,
        )
      : undefined
  const attach = (volumeSettings: VolumeSettings) => (image: pulumi.Resource) => {
    // All that may fail or take long on a new host, before the old one lets go of the volume.
    const before = [image, carried, ...(login ? [login.up] : []), ...(guard ?? [])]
    const args = { ...volumeSettings, ...target, owner: owner.id, tags, before }
    volume = new DataVolume(name, args, opts)
    isThere(volume)
    // The first order on a server that ran without one restarts it.
    return snapshot?.loaded ?? backups?.ordered ?? (database?.onHost ? database.up : volume.mounted)
  }
  const release = new Release(
    name,
    {
      ...target,
      ...settings.release,
      host: place.host,
      archive,
      env: appEnvironment({ ...settings, site: place }, identity?.clientId, connections),
      refreshed,
      registries: registry
        ? registry.login.apply((login) => ({ ...registries, [REGISTRY_HOST]: login }))
        : registries,
      secrets: {
        ...settings.release.secrets,
        ...(identity && !edge && { AUTH0_CLIENT_SECRET: identity.clientSecret }),
        ...(openId && !edge && { OIDC_CLIENT_SECRET: pulumi.secret(openId.clientSecret) }),
        ...database?.secrets,
      },
      database: database?.onHost,
      made,
      former: remembered(state),
      reachable,
      edge: Boolean(edge),
      managed: database && !database.onHost,
      mounted: settings.volume && attach(settings.volume),
      volumeId,
      after: [
        installed,
        ...(identity?.links ?? []),
        ...(guard ?? []),
        ...(database && !database.onHost ? [database.up] : []),
      ],
    },
    opts,
  )
  const tunnels =
    settings.tunnels &&
    new Tunnels(
      name,
      { ...settings.host, ...target, tunnels: settings.tunnels, edge: Boolean(edge), installed },
      opts,
    )
  const all = [carried, login?.up ?? release.live]
  return {
    release,
    registry: registry?.endpoint,
    ready: all,
    guardedBy,
    tunnels,
    volume,
    database,
    backups,
  }
}
