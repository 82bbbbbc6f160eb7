import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { DuckDnsSettings } from '../../config/settings.ts'

export interface DuckDnsArgs extends DuckDnsSettings {
  /** The reserved IP. */
  ipv4: pulumi.Input<string>
  hostname: pulumi.Input<string>
  zone: string
  /** `IP:port` of the name server that is asked; absent for the zone's own. */
  dnsServer?: string
  /** The address leads to the host. */
  after: pulumi.Resource[]
}

/** How long resolvers keep an address of DuckDNS, seconds. */
const TTL_SECONDS = 60

/**
 * A domain of an account at DuckDNS, led to the site by its API. The token is in no command line:
 * the program that asks takes it from its environment.
 */
export class DuckDns extends pulumi.ComponentResource {
  readonly records: pulumi.Resource[]
  readonly #name: string
  readonly #args: DuckDnsArgs

  constructor(name: string, args: DuckDnsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:DuckDns', name, { label: args.label }, opts)
    this.#name = name
    this.#args = args
    const set = this.#asked(pulumi.interpolate`set ${args.label} --ip ${args.ipv4}`)
    this.records = [
      this.#command(
        'a',
        {
          // A new domain leads to where its owner was, by IPv6 too.
          create: pulumi.interpolate`${set} --anew`,
          update: set,
          delete: this.#asked(`clear ${args.label}`),
        },
        args.after,
      ),
    ]
    this.registerOutputs({})
  }

  /** The droplet's own IPv6 address. It is another one after a replacement, which resolvers have learnt then. */
  leadTo(ipv6: pulumi.Output<string>, serving: pulumi.Resource): pulumi.Resource {
    const { label, ipv4, zone, hostname, dnsServer } = this.#args
    const set = this.#asked(pulumi.interpolate`set ${label} --ipv6 ${ipv6}`)
    const dns = dnsServer ? ` --dns ${dnsServer}` : ''
    const known = pulumi.interpolate`node components/probe/named.ts ${hostname} --zone ${zone} --external${dns} --type AAAA --address ${ipv6}`
    return this.#command(
      'aaaa',
      {
        create: pulumi.interpolate`${set} && ${known}`,
        update: pulumi.interpolate`${set} && sleep ${TTL_SECONDS} && ${known}`,
        // This update may have led the domain to another IPv4 address, which stays.
        delete: this.#asked(pulumi.interpolate`drop ${label} --ipv6 ${ipv6} --ip ${ipv4}`),
      },
      [...this.records, serving],
    )
  }

  #asked(words: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi.interpolate`node components/duckdns/main.ts ${words}`
  }

  #command(
    what: string,
    scripts: Pick<command.local.CommandArgs, 'create' | 'update' | 'delete'>,
    dependsOn: pulumi.Resource[],
  ) {
    return new command.local.Command(
      `${this.#name}-duckdns-${what}`,
      {
        ...scripts,
        environment: {
          DUCKDNS_API: this.#args.api,
          DUCKDNS_TOKEN: pulumi.secret(this.#args.token),
        },
        // Another domain is set before the former is cleared.
        triggers: [this.#args.label],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { parent: this, dependsOn, customTimeouts: { create: '10m', update: '10m' } },
    )
  }
}
