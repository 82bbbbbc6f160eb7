import * as pulumi from '@pulumi/pulumi'
import { formatExpiry } from '../config/expiry.ts'
import { ownerNote } from '../config/owner.ts'
import type { Settings } from '../config/settings.ts'
import { AcmeChecklist } from './acme/index.ts'
import { Address } from './address.ts'
import { Authority } from './authority.ts'
import { Certificates } from './certificates/index.ts'
import { Dns } from './dns.ts'
import { appEnvironment } from './environment.ts'
import { FORMAT } from './format.ts'
import { guarded } from './guarded.ts'
import { Host } from './host.ts'
import { Identity } from './identity.ts'
import { Network } from './network.ts'
import type { Outputs } from './outputs.ts'
import { Packages } from './packages.ts'
import type { Prepared } from './prepare.ts'
import { Probe } from './probe/index.ts'
import { Project } from './project.ts'
import { Release } from './release/index.ts'
import { remembered } from './release/live.ts'
import { NAME_SERVERS } from './resolution/delegation.ts'
import { caddyfile } from './site/caddyfile.ts'
import { Site } from './site/index.ts'
import { loginCommand } from './ssh/login-command.ts'

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
    const { site, certificates, lifecycle } = settings
    const from = guarded(settings.secretKeys)

    const identity =
      settings.identity &&
      new Identity(
        name,
        {
          ...settings.identity,
          connections: prepared.connections,
          owner: owner.id,
          expires,
          protect,
        },
        child,
      )
    const network = new Network(
      name,
      { ...settings.network, owner: owner.id, expires, protect, reserves: prepared.way.reserves },
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
    const { ssh, droplet, dropletId, reachable, ready } = host
    const target = { ssh, droplet, dropletId }
    const { bundle, archive } = prepared
    const { installed } = new Packages(name, { ...target, bundle, reachable, ready }, child)
    const release = new Release(
      name,
      {
        ...target,
        ...settings.release,
        archive,
        env: appEnvironment(settings, identity?.clientId, prepared.connections),
        secrets: {
          ...settings.release.secrets,
          ...(identity && { AUTH0_CLIENT_SECRET: identity.clientSecret }),
        },
        made: prepared.made,
        former: remembered(prepared.state),
        reachable,
        after: [installed, ...(identity?.links ?? [])],
      },
      child,
    )
    this.live = release.remembered
    const { carried } = new Certificates(name, { ssh, dropletId, after: [installed] }, child)
    const { acmeRoot } = certificates
    const authority =
      settings.authority &&
      new Authority(name, { ...settings.authority, host: site.hostname }, child)
    const { server, clientAuth } = settings.authority ?? {}
    const proxy = new Site(
      name,
      {
        ...target,
        host: site.hostname,
        ...from('acmeEmail', {
          caddyfile: caddyfile({
            ...site,
            ...certificates,
            ...settings.serving,
            ownCertificate: server,
            clientAuth: clientAuth === 'off' ? undefined : clientAuth,
          }),
        }),
        acmeRoot,
        plain: site.plain,
        certificate: authority?.server,
        clients: authority?.trusted,
        after: [release.live, carried],
      },
      child,
    )
    const { reservedIp } = network
    const address = reservedIp ?? droplet.ipv4Address
    const visit = {
      url: site.url,
      httpPort: site.httpPort,
      issuer: identity?.issuer,
      readyPath: settings.release.readyPath,
      siteRoot: server ? authority?.root : certificates.siteRoot,
      client: authority?.probe,
    }
    const { staged } = proxy
    const { settled } = new Address(name, { reservedIp, ...target, staged, visit }, child)
    const { moves, named } = prepared.way
    const leadsAfter = moves && named ? settled : undefined
    const dns = new Dns(
      name,
      {
        ...settings.dns,
        ...site,
        dnsServer: certificates.dnsServer,
        ipv4: address,
        ownAddress: !reservedIp,
        leadsAfter,
      },
      child,
    )
    const led = [settled, ...dns.records]
    // A failed certificate attempt costs a minute: the name must answer before the site is served.
    const asked =
      server || site.plain
        ? led
        : [
            new AcmeChecklist(
              name,
              { ...site, host: site.hostname, address, ...certificates, after: led },
              child,
            ).passed,
          ]
    const serving = proxy.serve(asked)
    const probe = new Probe(
      name,
      {
        ...visit,
        address,
        zone: site.zone,
        dnsServer: certificates.dnsServer,
        release: release.release,
        dropletId,
      },
      { ...child, dependsOn: serving },
    )
    if (moves) dns.awaitResolvers('A', address, [...dns.records, probe.passed])
    if (settings.host.ipv6) dns.leadTo(host.ipv6Address, probe.passed)
    new Project(
      name,
      {
        description: `${site.url} ${ownerNote(pulumi.getStack(), owner.id)}`,
        environment: settings.project.environment,
        resources: [
          host.dropletUrn,
          ...(network.reservedIpUrn ? [network.reservedIpUrn] : []),
          ...(dns.zoneUrn ? [dns.zoneUrn] : []),
        ],
      },
      // A reserved IP is in the project of its droplet, so it must have left a replaced one by then.
      { ...child, dependsOn: settled },
    )

    this.outputs = {
      url: probe.url,
      host: site.hostname,
      ip: address,
      egressIp: droplet.ipv4Address,
      issuer: identity?.issuer,
      clientId: identity?.clientId,
      nameServers: settings.dns.manageZone ? NAME_SERVERS : undefined,
      release: release.release,
      expiresAt: until ?? 'never',
      sshCommand: loginCommand(address, settings.host, host.hostKey),
      authorityRoot: authority?.root,
      clientCertificates:
        authority && settings.authority?.clients.length
          ? pulumi.secret(pulumi.output(authority.clients))
          : undefined,
      adminPrivateKey: host.adminPrivateKey && pulumi.secret(host.adminPrivateKey),
    }
    const keepsZone = settings.dns.keepZone
    this.registerOutputs({ format: FORMAT, owner: owner.id, ownerOf: owner.of, keepsZone })
  }
}
