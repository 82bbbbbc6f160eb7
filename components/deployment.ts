import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { Address } from './address.ts'
import { Certificates } from './certificates/index.ts'
import { Dns } from './dns.ts'
import { guarded } from './guarded.ts'
import { Host } from './host.ts'
import { Identity } from './identity.ts'
import { Network, outboundPorts } from './network.ts'
import { Packages } from './packages.ts'
import type { Prepared } from './prepare.ts'
import { Probe } from './probe/index.ts'
import { Project } from './project.ts'
import { Release } from './release/index.ts'
import { caddyfile } from './site/caddyfile.ts'
import { Site } from './site/index.ts'
import { loginCommand } from './ssh/login-command.ts'

/**
 * A whole HTTPS deployment behind a login: Auth0 application, droplet with its firewall and
 * address, DNS records, the host's software, a release of the app, and a probe from outside. It
 * reads no global configuration; each component takes its own group of the settings.
 *
 * A replaced droplet is finished beside the old one (packages, release, certificate, site) before
 * the address moves, and the old one goes when the site has been asked from outside.
 */
export class Deployment extends pulumi.ComponentResource {
  /** The site's URL, known only once the probe has passed. */
  readonly url: pulumi.Output<string>
  readonly host: string
  readonly ip: pulumi.Output<string>
  readonly issuer: string
  readonly clientId: pulumi.Output<string>
  readonly release: pulumi.Output<string>
  readonly expiresAt: string
  readonly sshCommand: pulumi.Output<string>
  /** A secret. */
  readonly adminPrivateKey: pulumi.Output<string>

  constructor(
    name: string,
    settings: Settings,
    prepared: Prepared,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super('padlock:index:Deployment', name, {}, opts)
    // States of version 0.1 have the components at the root.
    const child = { parent: this, aliases: [{ parent: pulumi.rootStackResource }] }
    const { site, certificates, lifecycle } = settings
    const { expires, protect } = lifecycle
    const from = guarded(settings.secretKeys)

    const identity = new Identity(
      name,
      { ...settings.identity, connections: prepared.connections, expires, protect },
      child,
    )
    const network = new Network(
      name,
      { ...settings.network, outboundPorts: outboundPorts(endpoints(settings)), expires, protect },
      child,
    )
    const host = new Host(
      name,
      { ...settings.host, tags: network.tags, protect: lifecycle.protectDroplet },
      { ...child, dependsOn: [identity, network] },
    )
    const { ssh, droplet, dropletId, reachable, ready } = host
    const { installed } = new Packages(
      name,
      { ssh, droplet, dropletId, bundle: prepared.bundle, reachable, ready },
      child,
    )
    const release = new Release(
      name,
      {
        ssh,
        dropletId,
        deletedWith: droplet,
        ...settings.release,
        archive: prepared.archive,
        env: {
          ...from('appEnv', settings.release.env),
          ...from('allowedDomains', { ALLOWED_DOMAINS: settings.release.allowedDomains.join(',') }),
          ...from('allowedEmails', { ALLOWED_EMAILS: settings.release.allowedEmails.join(',') }),
          APP_URL: site.url,
          AUTH0_CLIENT_ID: identity.clientId,
          AUTH0_DOMAIN: settings.identity.domain,
        },
        secrets: { ...settings.release.secrets, AUTH0_CLIENT_SECRET: identity.clientSecret },
        reachable,
        after: [installed, ...identity.links],
      },
      child,
    )
    const { carried } = new Certificates(name, { ssh, dropletId, after: [installed] }, child)
    const { acmeRoot } = certificates
    const proxy = new Site(
      name,
      {
        ssh,
        droplet,
        dropletId,
        host: site.hostname,
        ...from('acmeEmail', { caddyfile: caddyfile({ ...site, ...certificates }) }),
        acmeRoot,
        after: [release.live, carried],
      },
      child,
    )
    const { reservedIp } = network
    const { assigned } = new Address(
      name,
      { reservedIp, dropletId, after: [proxy.staged] },
      child,
    )
    const dns = new Dns(name, { ...settings.dns, ipv4: reservedIp, protect }, child)
    // A failed certificate attempt costs a minute: the name must answer before the site is served.
    const serving = proxy.serve([assigned, ...dns.records])
    const { url, httpPort } = site
    const probe = new Probe(
      name,
      {
        ...{ url, httpPort, address: reservedIp, issuer: identity.issuer, acmeRoot },
        ...{ release: release.release, dropletId },
      },
      { ...child, dependsOn: serving },
    )
    if (settings.host.ipv6) dns.leadTo(host.ipv6Address, probe.passed)
    new Project(
      name,
      {
        description: `${url} (stack ${pulumi.getStack()})`,
        environment: settings.project.environment,
        resources: [host.dropletUrn, network.reservedIpUrn, ...(dns.zoneUrn ? [dns.zoneUrn] : [])],
      },
      child,
    )

    this.url = probe.url
    this.host = site.hostname
    this.ip = reservedIp
    this.issuer = identity.issuer
    this.clientId = identity.clientId
    this.release = release.release
    this.expiresAt = expires?.toISOString() ?? 'never'
    this.sshCommand = loginCommand(reservedIp, settings.host.sshPort, host.hostKey)
    this.adminPrivateKey = pulumi.secret(host.adminPrivateKey)
    this.registerOutputs({})
  }
}

/** What the host must reach on others, as URLs or `host:port`. */
function endpoints({ certificates, host, identity, release: { app } }: Settings): string[] {
  return [
    certificates.acmeDirectory,
    host.caddyRepository.url,
    identity.domain,
    ...(app.kind === 'image' ? [app.image] : app.baseImage ? [app.baseImage] : []),
  ]
}
