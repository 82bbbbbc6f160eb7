import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/settings.ts'
import { furtherNames } from '../config/tunnels/index.ts'
import { AcmeChecklist } from './acme/index.ts'
import { moment, weekOf } from './acme/week.ts'
import { Address } from './address.ts'
import { Authority } from './authority.ts'
import { edgeRoutes } from './edge/deploy.ts'
import { guarded } from './guarded.ts'
import type { Host } from './host.ts'
import type { Identity } from './identity.ts'
import type { Network } from './network.ts'
import { loginTarget } from './open-id.ts'
import { onceKnown, type Place } from './place.ts'
import type { Prepared } from './prepare.ts'
import { Probe } from './probe/index.ts'
import { Processes } from './processes/index.ts'
import { caddyfile, type ProxySettings } from './site/caddyfile.ts'
import { Site } from './site/index.ts'
import { siteName } from './site-name.ts'
import type { Workload } from './workload.ts'

export interface IngressArgs {
  place: Place
  network: Network
  host: Host
  workload: Workload
  /** Absent where nobody is asked to log in. */
  identity?: Identity
}

/** The way from a visitor to the app. */
export interface Ingress {
  /** Where the name leads: the reserved IP, or the droplet's own address. */
  address: pulumi.Output<string>
  /** The address leads to the host. */
  settled: pulumi.Resource
  /** The site's URL, known only once the probe has passed. */
  url: pulumi.Output<string>
  /** URN of the zone where the stack made it. */
  zoneUrn?: pulumi.Output<string>
  /** Absent where the stack signs nothing. */
  authority?: Authority
}

/**
 * The way from a visitor to the app: the proxy's site with its certificate, the address, the name,
 * and a probe that goes the whole way. A new host serves before the address moves to it; the name is
 * asked as an authority will ask before a certificate is ordered.
 * @param opts of every component
 */
export function exposeIngress(
  name: string,
  settings: Settings,
  prepared: Prepared,
  { place, network, host, workload, identity }: IngressArgs,
  opts: pulumi.ComponentResourceOptions,
): Ingress {
  const { certificates, serving, tunnels } = settings
  const { way, state } = prepared
  const aliases = furtherNames(place.aliases, tunnels)
  const { droplet, dropletId, ssh } = host
  const { server, clientAuth } = settings.authority ?? {}
  const from = guarded(settings.secretKeys)
  const authority =
    settings.authority &&
    new Authority(name, { ...settings.authority, aliases, host: place.hostname }, opts)
  const configured = (hostname: string, more: Pick<ProxySettings, 'edge' | 'tunnels'> = {}) =>
    caddyfile({
      ...place,
      hostname,
      ...certificates,
      ...serving,
      ownCertificate: server,
      clientAuth: clientAuth === 'off' ? undefined : clientAuth,
      ...more,
    })
  const edge = edgeRoutes(settings, prepared, place.url, identity?.clientId)
  const routes = workload.tunnels?.routes
  const text =
    edge || routes
      ? pulumi
          .output({ hostname: place.hostname, edge, tunnels: routes })
          .apply(({ hostname, ...more }) => configured(hostname, more))
      : onceKnown(place.hostname, (hostname) => configured(hostname))
  const proxy = new Site(
    name,
    {
      ssh,
      droplet,
      dropletId,
      host: place.hostname,
      aliases,
      ...from('acmeEmail', { caddyfile: text }),
      acmeRoot: certificates.acmeRoot,
      plain: place.plain,
      certificate: authority?.server,
      clients: authority?.trusted,
      after: [...workload.ready, ...(workload.tunnels ? [workload.tunnels.authorized] : [])],
    },
    opts,
  )
  const { reservedIp } = network
  const address = reservedIp ?? droplet.ipv4Address
  const visit = {
    url: place.url,
    httpPort: place.httpPort,
    ...loginTarget(settings, prepared, identity),
    edge: Boolean(settings.edge),
    readyPath: settings.release.readyPath,
    siteRoot: server ? authority?.root : certificates.siteRoot,
    client: authority?.probe,
  }
  const { staged } = proxy
  workload.guardedBy(staged)
  const { live, release } = workload.release
  const { settled } = new Address(
    name,
    { reservedIp, droplet, staged, live: settings.edge && live, visit },
    opts,
  )
  const { dnsServer } = certificates
  const dns = siteName(name, settings, { place, host, way, ipv4: address, settled, state }, opts)
  const external = settings.dns.source !== 'digitalocean' || undefined
  const led = [settled, ...dns.records]
  const { ordered } = weekOf(settings, state, moment(), Date.now())
  const named = { ...place, aliases, host: place.hostname, external }
  const checklist = { ...named, address, ...certificates, ordered, after: led }
  // A failed certificate attempt costs a minute: the name must answer before the site is served.
  const unasked = server || place.plain || undefined
  const waits = !unasked || certificates.delegationMinutes !== undefined
  const asked = waits ? [new AcmeChecklist(name, { ...checklist, unasked }, opts).passed] : led
  const serves = proxy.serve(asked)
  if (settings.release.processes) {
    new Processes(name, { ssh, dropletId, after: [serves, live] }, opts)
  }
  const probe = new Probe(
    name,
    { ...visit, address, zone: place.zone || undefined, external, dnsServer, release, dropletId },
    { ...opts, dependsOn: serves },
  )
  if (way.moves) dns.awaitResolvers?.('A', address, [...dns.records, probe.passed])
  const led6 = settings.host.ipv6 && dns.leadTo(host.ipv6Address, probe.passed)
  const last = [probe.passed, ...(led6 ? [led6] : []), ...(dns.further ?? [])]
  probe.askAliases(place.aliases ?? [], last)
  return { address, settled, url: probe.url, zoneUrn: dns.zoneUrn, authority }
}
