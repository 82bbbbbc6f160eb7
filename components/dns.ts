import * as command from '@pulumi/command'
import { DnsRecord } from '@pulumi/digitalocean/dnsRecord.js'
import { Domain } from '@pulumi/digitalocean/domain.js'
import * as pulumi from '@pulumi/pulumi'
import type { FurtherName } from '../config/tunnels/index.ts'
import { IMPORTED } from './imported.ts'

export interface DnsArgs {
  zone: string
  /** Name inside the zone, `@` for the zone itself. */
  recordName: string
  /** Create and delete the zone itself; otherwise it must be there already. */
  manageZone: boolean
  /** The site's name, and the `IP:port` of the server that is asked for it; absent for the zone's own. */
  hostname: pulumi.Input<string>
  dnsServer?: string
  ipv4: pulumi.Input<string>
  /** Is that the droplet's own address, which is another one after a replacement? */
  ownAddress?: boolean
  /** An A record that is there leads elsewhere only after this. */
  leadsAfter?: pulumi.Resource
  /** Certificate authority named in the CAA record; absent: no such record. */
  caaIssuer?: string
  /** Further names, which lead to the same addresses. */
  aliases?: FurtherName[]
  /** Leave the zone that was made where it is when the stack lets go of it. */
  keepZone: boolean
  /** Refuse to delete the zone. */
  protectZone: boolean
}

interface Named extends Pick<FurtherName, 'recordName' | 'caaIssuer'> {
  /** What the names of its resources begin with. */
  id: string
}

/** DigitalOcean takes nothing below 30 s. */
const TTL_SECONDS = 300
/** Of a record that moves when the droplet is replaced; for so long resolvers keep the old address. */
const MOVING_TTL_SECONDS = 60

/**
 * The site's name: A, AAAA where there is IPv6, and CAA, which lets no other certificate authority
 * issue for it (RFC 8659). DigitalOcean serves zones at no charge.
 */
export class Dns extends pulumi.ComponentResource {
  /** The zone's URN at DigitalOcean where the stack made it. */
  readonly zoneUrn?: pulumi.Output<string>
  /** A, and CAA where there is one, of every name. */
  readonly records: pulumi.Resource[]
  readonly #record: (
    at: Named,
    type: string,
    value: pulumi.Input<string>,
    more: object,
  ) => pulumi.Resource
  readonly #name: string
  /** The site's name, and the further ones. */
  readonly #names: Named[]
  /** Asks where the site's name leads, but for type and address. */
  readonly #asked: pulumi.Output<string>

  constructor(name: string, args: DnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Dns', name, {}, opts)

    const zone = args.manageZone
      ? new Domain(
          name,
          { name: args.zone },
          {
            parent: this,
            protect: args.protectZone,
            retainOnDelete: args.keepZone,
            aliases: IMPORTED,
          },
        )
      : undefined
    const domain = zone?.name ?? args.zone
    this.#name = name
    const dns = args.dnsServer ? ` --dns ${args.dnsServer}` : ''
    this.#asked = pulumi.interpolate`node components/probe/named.ts ${args.hostname} --zone ${args.zone}${dns}`
    this.#names = [
      { ...args, id: name },
      ...(args.aliases ?? []).map((one) => ({ ...one, id: `${name}-${one.hostname}` })),
    ]
    this.#record = (at, type, value, { dependsOn, ...more }: { dependsOn?: pulumi.Resource }) =>
      new DnsRecord(
        `${at.id}-${type.toLowerCase()}`,
        { domain, type, name: at.recordName, value, ttl: TTL_SECONDS, ...more },
        {
          parent: this,
          deletedWith: args.keepZone ? undefined : zone,
          dependsOn,
          aliases: IMPORTED,
        },
      )

    this.zoneUrn = zone?.domainUrn
    const ttl = args.ownAddress ? MOVING_TTL_SECONDS : TTL_SECONDS
    this.records = this.#names.flatMap((at) => [
      this.#record(at, 'A', args.ipv4, { ttl, dependsOn: args.leadsAfter }),
      ...(at.caaIssuer
        ? [this.#record(at, 'CAA', `${at.caaIssuer}.`, { flags: 0, tag: 'issue' })]
        : []),
    ])
    this.registerOutputs({})
  }

  /**
   * The AAAA record of every name: the droplet's own address, which is another one after a
   * replacement. It moves once the new host serves.
   * @param serving the site at this address has been asked
   */
  leadTo(ipv6: pulumi.Output<string>, serving: pulumi.Resource): pulumi.Resource {
    const more = { ttl: MOVING_TTL_SECONDS, dependsOn: serving }
    const records = this.#names.map((at) => this.#record(at, 'AAAA', ipv6, more))
    return this.awaitResolvers('AAAA', ipv6, records)
  }

  /**
   * Where a record has moved, the update goes on to the old droplet's end when no resolver knows the
   * old address any more; and the name must lead to the new one.
   * @param address that the record leads to now
   * @param after the record, and whatever else must be before the old droplet may go
   */
  awaitResolvers(
    type: 'A' | 'AAAA',
    address: pulumi.Input<string>,
    after: pulumi.Resource[],
  ): pulumi.Resource {
    const asked = pulumi.interpolate`${this.#asked} --type ${type} --address ${address}`
    return new command.local.Command(
      `${this.#name}-${type.toLowerCase()}-known`,
      {
        create: asked,
        update: pulumi.interpolate`sleep ${MOVING_TTL_SECONDS} && ${asked}`,
        addPreviousOutputInEnv: false,
        logging: 'stdout',
      },
      { parent: this, dependsOn: after, customTimeouts: { create: '10m', update: '10m' } },
    )
  }
}
