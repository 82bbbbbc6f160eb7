import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'

export interface ExternalRecordsArgs {
  zone: string
  hostname: pulumi.Input<string>
  /** The reserved IP. */
  ipv4: pulumi.Input<string>
  /** The droplet's own, which is another one after a replacement; absent where there is no IPv6. */
  ipv6?: pulumi.Input<string>
  caaIssuer?: string
  /** `IP:port` of the name server to ask; absent for the zone's own. */
  dnsServer?: string
  /** How long is waited for whoever keeps the zone. */
  minutes: number
  /** What needs no name; it is done by the time that anybody is waited for. */
  after: pulumi.Resource[]
}

/**
 * The records of a site whose zone this stack has no account for: printed as soon as the addresses
 * are known, and waited for. The A record leads to the reserved IP and stays; the AAAA record leads to
 * the droplet and changes with it, which a replacement waits for while the old droplet serves on.
 */
export class ExternalRecords extends pulumi.ComponentResource {
  /** They answer: A and CAA, and at the first deployment AAAA. */
  readonly records: pulumi.Resource[]
  readonly #name: string
  readonly #args: ExternalRecordsArgs

  constructor(name: string, args: ExternalRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:ExternalRecords', name, {}, opts)
    this.#name = name
    this.#args = args
    const caa = args.caaIssuer ? ` --caa ${args.caaIssuer}` : ''
    const lasting = pulumi.interpolate` --a ${args.ipv4}${caa}`
    const all = pulumi.interpolate`${lasting} --aaaa ${args.ipv6 ?? 'none'}`
    const shown = this.#command('records', {
      create: this.#asked('show', all),
      delete: this.#asked('gone', all),
    })
    const there = this.#command(
      'records-there',
      {
        create: this.#waited(all),
        // The address of a new droplet is asked about once that serves.
        update: this.#waited(args.ipv6 ? lasting : all),
      },
      [shown, ...args.after],
    )
    this.records = [there]
    this.registerOutputs({})
  }

  /**
   * Goes on once the AAAA record leads to the droplet.
   * @param serving the site at this address has been asked
   */
  leadTo(ipv6: pulumi.Output<string>, serving: pulumi.Resource): pulumi.Resource {
    const create = this.#waited(pulumi.interpolate` --aaaa ${ipv6}`)
    return this.#command('aaaa-there', { create }, [serving])
  }

  /** @param wanted words that name the records */
  #asked(verb: string, wanted: pulumi.Input<string>): pulumi.Output<string> {
    const { hostname, zone, dnsServer } = this.#args
    const dns = dnsServer ? ` --dns ${dnsServer}` : ''
    return pulumi.interpolate`node components/records/main.ts ${verb} ${hostname} --zone ${zone}${dns}${wanted}`
  }

  #waited(wanted: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`${this.#asked('wait', wanted)} --minutes ${this.#args.minutes}`
  }

  #command(
    what: string,
    scripts: Pick<command.local.CommandArgs, 'create' | 'update' | 'delete'>,
    dependsOn: pulumi.Resource[] = [],
  ) {
    const limit = `${5 + this.#args.minutes}m`
    return new command.local.Command(
      `${this.#name}-${what}`,
      // Of another name all is asked anew, and the former's records are to be deleted.
      {
        ...scripts,
        triggers: [this.#args.hostname],
        addPreviousOutputInEnv: false,
        logging: 'stdout',
      },
      { parent: this, dependsOn, customTimeouts: { create: limit, update: limit } },
    )
  }
}
