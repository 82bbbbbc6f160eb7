import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'

export interface DnsArgs {
  zone: string
  /** Name inside the zone, `@` for the zone itself. */
  recordName: string
  /** Create and delete the zone itself; otherwise it must be there already. */
  manageZone: boolean
  ipv4: pulumi.Input<string>
  /** Absent: no AAAA record. */
  ipv6?: pulumi.Input<string>
  /** Certificate authority named in the CAA record; absent: no such record. */
  caaIssuer?: string
  /** Refuse to delete the zone. */
  protect: boolean
}

/** Short, so that a moved address is seen soon; DigitalOcean takes nothing below 30 s. */
const TTL_SECONDS = 300

/**
 * The site's name: A, AAAA where there is IPv6, and CAA, which lets no other certificate authority
 * issue for it (RFC 8659). DigitalOcean serves zones at no charge.
 */
export class Dns extends pulumi.ComponentResource {
  /** The zone's URN at DigitalOcean where the stack made it. */
  readonly zoneUrn?: pulumi.Output<string>
  readonly records: pulumi.Resource[]

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Dns', name, {}, opts)

    const zone = args.manageZone
      ? new digitalocean.Domain(name, { name: args.zone }, { parent: this, protect: args.protect })
      : undefined
    const domain = zone?.name ?? args.zone
    const record = (type: string, value: pulumi.Input<string>, more = {}) =>
      new digitalocean.DnsRecord(
        `${name}-${type.toLowerCase()}`,
        { domain, type, name: args.recordName, value, ttl: TTL_SECONDS, ...more },
        { parent: this, deletedWith: zone },
      )

    this.zoneUrn = zone?.domainUrn
    this.records = [record('A', args.ipv4)]
    if (args.ipv6) this.records.push(record('AAAA', args.ipv6))
    if (args.caaIssuer) {
      this.records.push(record('CAA', `${args.caaIssuer}.`, { flags: 0, tag: 'issue' }))
    }
    this.registerOutputs({})
  }
}
