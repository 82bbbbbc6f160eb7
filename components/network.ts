import { Firewall } from '@pulumi/digitalocean/firewall.js'
import { ReservedIp } from '@pulumi/digitalocean/reservedIp.js'
import { Tag } from '@pulumi/digitalocean/tag.js'
import * as pulumi from '@pulumi/pulumi'
import { expiryTag } from '../config/expiry.ts'
import type { Settings } from '../config/settings.ts'

export interface NetworkArgs {
  /** Region slug of the reserved IP; the droplet must be in the same one. */
  region: pulumi.Input<string>
  /** Networks (CIDR) that may reach ssh. */
  sshFrom: pulumi.Input<string>[]
  sshPort: pulumi.Input<number>
  httpPort: pulumi.Input<number>
  /** Open for TCP, and for UDP (HTTP/3). */
  httpsPort: pulumi.Input<number>
  /** TCP ports that the host must reach on others, such as 443 for its certificate authority. */
  outboundPorts: number[]
  /** When a sweep may remove it all; carried by a tag of its own. */
  expires?: Date
  /** Refuse to delete the reserved IP. */
  protect: boolean
}

const ANYWHERE = ['0.0.0.0/0', '::/0']

/**
 * What exists before any machine: the tag that collects the stack's droplets, the cloud firewall
 * that covers whatever carries the tag (so that a droplet is never open, not even while it boots),
 * and the reserved IP that outlives every droplet.
 *
 * Costs nothing while the address is assigned; $5 a month while it is not
 * (https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/).
 */
export class Network extends pulumi.ComponentResource {
  /** The stack's own tag first. */
  readonly tags: pulumi.Output<string>[]
  readonly reservedIp: pulumi.Output<string>
  readonly reservedIpUrn: pulumi.Output<string>
  readonly firewallId: pulumi.Output<string>

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Network', name, {}, opts)
    const parent = { parent: this }

    const tag = new Tag(name, { name }, parent)
    // Named after its time: a replaced tag is deleted first, and the droplet cannot leave it then.
    const expiry = args.expires
      ? [expiryTag(name, args.expires)].map((tag) => new Tag(tag, { name: tag }, parent))
      : []
    const firewall = new Firewall(
      name,
      {
        tags: [tag.name],
        inboundRules: inboundRules(args),
        outboundRules: outboundRules(args.outboundPorts),
      },
      parent,
    )
    const address = new ReservedIp(
      name,
      { region: args.region },
      { ...parent, protect: args.protect },
    )

    this.tags = [tag, ...expiry].map((one) => one.name)
    this.firewallId = firewall.id
    this.reservedIp = address.ipAddress
    this.reservedIpUrn = address.reservedIpUrn
    this.registerOutputs({ reservedIp: this.reservedIp })
  }
}

function inboundRules(args: NetworkArgs) {
  const port = (value: pulumi.Input<number>) => pulumi.output(value).apply(String)
  return [
    { protocol: 'tcp', portRange: port(args.sshPort), sourceAddresses: args.sshFrom },
    { protocol: 'tcp', portRange: port(args.httpPort), sourceAddresses: ANYWHERE },
    { protocol: 'tcp', portRange: port(args.httpsPort), sourceAddresses: ANYWHERE },
    { protocol: 'udp', portRange: port(args.httpsPort), sourceAddresses: ANYWHERE },
  ]
}

/** Name and time service, errors of the path (icmp), and the listed TCP ports; nothing else. */
function outboundRules(tcpPorts: number[]) {
  const rule = (protocol: string, portRange?: string) => ({
    protocol,
    ...(portRange && { portRange }),
    destinationAddresses: ANYWHERE,
  })
  return [
    rule('icmp'),
    rule('udp', '53'),
    rule('tcp', '53'),
    rule('udp', '123'),
    ...tcpPorts.map((port) => rule('tcp', String(port))),
  ]
}

/**
 * The TCP ports that the host needs to reach on others: 80 and 443 for packages and images, and
 * those of the endpoints in the settings, given as URL or `host:port`.
 */
export function outboundPorts({ certificates, host, identity, release }: Endpoints): number[] {
  const { app } = release
  const endpoints = [
    certificates.acmeDirectory,
    host.caddyRepository.url,
    identity.domain,
    ...(app.kind === 'image' ? [app.image] : app.baseImage ? [app.baseImage] : []),
  ]
  const ports = endpoints.map((endpoint) => {
    const url = new URL(endpoint.includes('://') ? endpoint : `https://${endpoint}`)
    return url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
  })
  return [...new Set([80, 443, ...ports])].sort((a, b) => a - b)
}

/** The settings that name what the host reaches. */
export interface Endpoints {
  certificates: { acmeDirectory: string }
  host: { caddyRepository: { url: string } }
  identity: { domain: string }
  release: Pick<Settings['release'], 'app'>
}
