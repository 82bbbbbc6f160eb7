import * as pulumi from '@pulumi/pulumi'
import { ownerNote } from '../config/checkout/owner.ts'
import { formatExpiry } from '../config/expiry.ts'
import type { Settings } from '../config/settings.ts'
import { FORMAT } from './format.ts'
import { Host } from './host.ts'
import { Identity } from './identity.ts'
import { exposeIngress } from './ingress.ts'
import { Network } from './network.ts'
import { announced, loginOutputs } from './open-id.ts'
import type { Outputs } from './outputs.ts'
import { placeOf } from './place.ts'
import type { Prepared } from './prepare.ts'
import { Project } from './project.ts'
import { NAME_SERVERS } from './resolution/delegation.ts'
import { SeedBucket } from './seed/bucket.ts'
import { loginCommand } from './ssh/login-command.ts'
import { sshPortOfHolder } from './volume/index.ts'
import { deployWorkload } from './workload.ts'

/**
 * A whole HTTPS deployment behind a login: Auth0 application, droplet with its firewall and
 * address, DNS records, the host's software, a release of the app, and a probe from outside. It
 * reads no global configuration; each component takes its own group of the settings.
 *
 * A replaced droplet is finished beside the old one (packages, release, certificate, site) before
 * the address moves, or the name where there is no reserved IP. The old one goes when the site has
 * been asked from outside, and no resolver knows its address any more.
 */
export class Deployment extends pulumi.ComponentResource {
  readonly outputs: Outputs
  /** What remembers the live release; the one component that has nothing below it. */
  readonly live: pulumi.Resource

  constructor(
    name: string,
    settings: Settings,
    prepared: Prepared,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { owner, expires, protect } = settings.lifecycle
    const until = expires && formatExpiry(expires)
    // In the state before anything else is: what a teardown asks first.
    super('padlock:index:Deployment', name, { owner: owner.id, expires: until }, opts)
    // States of version 0.1 have the components at the root.
    const child = { parent: this, aliases: [{ parent: pulumi.rootStackResource }] }
    const { lifecycle } = settings
    const network = new Network(
      name,
      {
        ...settings.network,
        ...{ owner: owner.id, expires, protect, reserves: prepared.way.reserves },
        formerSshPort: sshPortOfHolder(prepared.state),
      },
      child,
    )
    const place = placeOf(settings.site, network.reservedIp)
    const identity =
      settings.identity &&
      new Identity(
        name,
        {
          ...settings.identity,
          url: place.url,
          connections: prepared.connections,
          owner: owner.id,
          expires,
          protect,
        },
        child,
      )
    const host = new Host(
      name,
      {
        ...settings.host,
        owner: owner.id,
        tags: network.tags,
        protect: lifecycle.protectDroplet,
        replacesForSize: prepared.replacesForSize,
      },
      { ...child, dependsOn: [...(identity ? [identity] : []), network] },
    )
    const workload = deployWorkload(
      name,
      settings,
      prepared,
      { place, tags: network.tags, host, identity },
      child,
    )
    const { release } = workload
    const snapshots = settings.snapshots && new SeedBucket(name, settings.snapshots, child)
    this.live = release.remembered
    const parts = { place, network, host, workload, identity }
    const ingress = exposeIngress(name, settings, prepared, parts, child)
    const { address, settled, authority } = ingress
    new Project(
      name,
      {
        description: pulumi.interpolate`${place.url} ${ownerNote(pulumi.getStack(), owner.id)}`,
        environment: settings.project.environment,
        resources: [
          host.dropletUrn,
          ...(network.reservedIpUrn ? [network.reservedIpUrn] : []),
          ...(ingress.zoneUrn ? [ingress.zoneUrn] : []),
          ...(workload.database?.urn ? [workload.database.urn] : []),
          ...(workload.volume ? [workload.volume.urnOfVolume] : []),
        ],
      },
      // A reserved IP is in the project of its droplet, so it must have left a replaced one by then.
      { ...child, dependsOn: settled },
    )

    this.outputs = {
      url: ingress.url,
      host: place.hostname,
      ip: address,
      egressIp: host.droplet.ipv4Address,
      ...loginOutputs(settings, prepared, place, identity),
      nameServers: settings.dns.manageZone ? NAME_SERVERS : undefined,
      release: release.release,
      registry: workload.registry,
      expiresAt: until ?? 'never',
      tunnelAccess: workload.tunnels?.access,
      backups: workload.backups?.place,
      stateCommand: workload.backups && `./padlock backup state --stack ${pulumi.getStack()}`,
      backupPassphrase: workload.backups?.passphrase,
      backupAccess: workload.backups?.access,
      backupReader: workload.backups?.reader,
      seedWriter: snapshots?.writer,
      seedReader: snapshots?.reader,
      backupCopy: workload.backups?.copier,
      backupCopyAccess: workload.backups?.copyAccess,
      sshCommand: loginCommand(address, settings.host, host.hostKey),
      authorityRoot: authority?.root,
      clientCertificates:
        authority && settings.authority?.clients.length
          ? pulumi.secret(pulumi.output(authority.clients))
          : undefined,
      adminPrivateKey: host.adminPrivateKey && pulumi.secret(host.adminPrivateKey),
    }
    const keepsZone = settings.dns.keepZone
    this.registerOutputs({
      ...{ format: FORMAT, owner: owner.id, ownerOf: owner.of, keepsZone },
      announced: announced(settings),
    })
  }
}
