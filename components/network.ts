import { Firewall } from '@pulumi/digitalocean/firewall.js'
import { ReservedIp } from '@pulumi/digitalocean/reservedIp.js'
import { Tag } from '@pulumi/digitalocean/tag.js'
import * as pulumi from '@pulumi/pulumi'
import { ownerTag } from '../config/checkout/owner.ts'
import { expiryTag } from '../config/expiry.ts'
import type { Way } from '../config/outbound.ts'
import { IMPORTED } from './imported.ts'

export interface NetworkArgs {
  /** Region slug of the reserved IP, which the droplet must be in too. */
  region: pulumi.Input<string>
  /** Networks (CIDR) that may reach ssh. */
  sshFrom: pulumi.Input<string>[]
  sshPort: pulumi.Input<number>
  /** Of a droplet that must be reached until it is replaced; absent where there is none. */
  formerSshPort?: number
  httpPort: pulumi.Input<number>
  /** Open for TCP, and for UDP (HTTP/3). */
  httpsPort: pulumi.Input<number>
  /** Networks (CIDR) that may reach the site; everybody if absent. */
  siteFrom?: string[]
  /** Does the site have http alone? */
  plain?: boolean
  /** What the host may reach on others. */
  outbound: Way[]
  /** Owner id, carried by a tag of its own, which the firewall names too. */
  owner: string
  /** When a sweep may remove it all; carried by a tag of its own. */
  expires?: Date
  /** Is there a reserved IP? Otherwise the site is at the droplet's own address. */
  reserves: boolean
  /** Refuse to delete the reserved IP. */
  protect: boolean
}

const ANYWHERE = ['0.0.0.0/0', '::/0']

/**
 * What exists before any machine: the tag that collects the stack's droplets, the cloud firewall
 * that covers whatever carries the tag (so that a droplet is never open, not even while it boots),
 * and the reserved IP that outlives every droplet.
 *
 * The address costs nothing while it is assigned; $5 a month while it is not
 * (https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/).
 */
export class Network extends pulumi.ComponentResource {
  /** The stack's own tag first, then the owner's. */
  readonly tags: pulumi.Output<string>[]
  readonly reservedIp?: pulumi.Output<string>
  /**
   * As projects spell it, whichever spelling they are given. The address's own `reservedIpUrn` would
   * be a difference for ever (terraform-provider-digitalocean#1031).
   */
  readonly reservedIpUrn?: pulumi.Output<string>
  readonly firewallId: pulumi.Output<string>

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Network', name, {}, opts)
    const parent = { parent: this }

    const tag = new Tag(name, { name }, parent)
    // Named after their values: a replaced tag is deleted first, and the droplet cannot leave it then.
    const named = (value: string) => new Tag(value, { name: value }, parent)
    const owner = named(ownerTag(name, args.owner))
    const expiry = args.expires ? [named(expiryTag(name, args.expires))] : []
    const firewall = new Firewall(
      name,
      {
        tags: [tag.name, owner.name],
        inboundRules: inboundRules(args),
        outboundRules: outboundRules(args.outbound),
      },
      { ...parent, aliases: IMPORTED },
    )
    const address = args.reserves
      ? new ReservedIp(
          name,
          { region: args.region },
          { ...parent, protect: args.protect, aliases: IMPORTED },
        )
      : undefined

    this.tags = [tag, owner, ...expiry].map((one) => one.name)
    this.firewallId = firewall.id
    this.reservedIp = address?.ipAddress
    this.reservedIpUrn = address && pulumi.interpolate`do:floatingip:${address.ipAddress}`
    this.registerOutputs({ reservedIp: this.reservedIp })
  }
}

function inboundRules(args: NetworkArgs) {
  const port = (value: pulumi.Input<number>) => pulumi.output(value).apply(String)
  const sourceAddresses = args.siteFrom ?? ANYWHERE
  const secure = ['tcp', 'udp'].map((protocol) => ({
    protocol,
    portRange: port(args.httpsPort),
    sourceAddresses,
  }))
  const ssh = [args.sshPort, ...(args.formerSshPort ? [args.formerSshPort] : [])]
  return [
    ...[...new Set(ssh)].map((each) => ({
      protocol: 'tcp',
      portRange: port(each),
      sourceAddresses: args.sshFrom,
    })),
    { protocol: 'tcp', portRange: port(args.httpPort), sourceAddresses },
    ...(args.plain ? [] : secure),
  ]
}

const outboundRules = (ways: Way[]) =>
  ways.map(({ protocol, ports }) => ({
    protocol,
    ...(ports && { portRange: ports }),
    destinationAddresses: ANYWHERE,
  }))
