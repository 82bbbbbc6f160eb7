import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { FurtherName } from '../../config/tunnels/index.ts'
import type { Former } from '../state.ts'
import { keptNames } from './kept.ts'

export interface ExternalRecordsArgs {
  zone: string
  hostname: string
  /** The reserved IP. */
  ipv4: pulumi.Input<string>
  /** The droplet's own, which is another one after a replacement; absent where there is no IPv6. */
  ipv6?: pulumi.Input<string>
  caaIssuer?: string
  /** Further names, which lead to the same addresses; one that is not there stops nothing. */
  aliases?: FurtherName[]
  /** `IP:port` of the name server to ask; absent for the zone's own. */
  dnsServer?: string
  /** How long is waited for whoever keeps the zone. */
  minutes: number
  /** What needs no name; it is done by the time that anybody is waited for. */
  after: pulumi.Resource[]
  /** What the stack consists of before this update. */
  state: Former[]
}

/** A name whose records somebody else keeps. */
interface Kept {
  /** What the names of its resources begin with. */
  id: string
  /** What they began with while the site's own had none of their own. */
  formerId?: string
  hostname: string
  caaIssuer?: string
  /** More words of its commands. */
  words: string
}

/**
 * The records of a site whose zone this stack has no account for: printed as soon as the addresses
 * are known, and waited for. The A record leads to the reserved IP and stays; the AAAA record leads to
 * the droplet and changes with it, which a replacement waits for while the old droplet serves on.
 */
export class ExternalRecords extends pulumi.ComponentResource {
  /** The site's own answer: A and CAA, and at the first deployment AAAA. */
  readonly records: pulumi.Resource[]
  /** Those of further names answer, or their time is over. */
  readonly further: pulumi.Resource[]
  readonly #args: ExternalRecordsArgs
  readonly #names: Kept[]

  constructor(name: string, args: ExternalRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:ExternalRecords', name, {}, opts)
    this.#args = args
    const { hostname, caaIssuer, aliases = [], state } = args
    const kept = keptNames(state).find(({ resource }) => resource === `${name}-records`)
    // By hostname: a name that becomes an alias keeps its records, and nobody is told to delete them.
    const named = (host: string) => ({
      id: `${name}-${host}`,
      formerId: kept?.hostname === host ? name : undefined,
    })
    this.#names = [
      { ...named(hostname), hostname, caaIssuer, words: '' },
      ...aliases.map((one) => ({ ...one, ...named(one.hostname), words: ' --optional' })),
    ]
    const [own, ...further] = this.#names.map((one) => this.#there(one))
    this.records = [own as pulumi.Resource]
    this.further = further
    this.registerOutputs({})
  }

  #there(one: Kept): pulumi.Resource {
    const { ipv4, ipv6, after } = this.#args
    const caa = one.caaIssuer ? ` --caa ${one.caaIssuer}` : ''
    const lasting = pulumi.interpolate` --a ${ipv4}${caa}`
    const all = pulumi.interpolate`${lasting} --aaaa ${ipv6 ?? 'none'}`
    const shown = this.#command(one, 'records', {
      create: this.#asked(one, 'show', all),
      delete: this.#asked(one, 'gone', all),
    })
    return this.#command(
      one,
      'records-there',
      {
        create: this.#waited(one, all),
        // The address of a new droplet is asked about once that serves.
        update: this.#waited(one, ipv6 ? lasting : all),
      },
      [shown, ...after],
    )
  }

  /**
   * Goes on once the AAAA records lead to the droplet.
   * @param serving the site at this address has been asked
   * @returns what the site's own name waits for
   */
  leadTo(ipv6: pulumi.Output<string>, serving: pulumi.Resource): pulumi.Resource {
    const [own, ...further] = this.#names.map((one) => {
      const create = this.#waited(one, pulumi.interpolate` --aaaa ${ipv6}`)
      return this.#command(one, 'aaaa-there', { create }, [serving])
    })
    this.further.push(...further)
    return own as pulumi.Resource
  }

  /** @param wanted words that name the records */
  #asked({ hostname }: Kept, verb: string, wanted: pulumi.Input<string>): pulumi.Output<string> {
    const { zone, dnsServer } = this.#args
    const dns = dnsServer ? ` --dns ${dnsServer}` : ''
    return pulumi.interpolate`node components/records/main.ts ${verb} ${hostname} --zone ${zone}${dns}${wanted}`
  }

  #waited(one: Kept, wanted: pulumi.Input<string>): pulumi.Output<string> {
    const { minutes } = this.#args
    return pulumi.interpolate`${this.#asked(one, 'wait', wanted)} --minutes ${minutes}${one.words}`
  }

  #command(
    { id, formerId, hostname }: Kept,
    what: string,
    scripts: Pick<command.local.CommandArgs, 'create' | 'update' | 'delete'>,
    dependsOn: pulumi.Resource[] = [],
  ) {
    const limit = `${5 + this.#args.minutes}m`
    return new command.local.Command(
      `${id}-${what}`,
      // In states that have it: another one would replace the command.
      { ...scripts, triggers: [hostname], addPreviousOutputInEnv: false, logging: 'stdout' },
      {
        parent: this,
        dependsOn,
        customTimeouts: { create: limit, update: limit },
        aliases: formerId === undefined ? [] : [{ name: `${formerId}-${what}` }],
      },
    )
  }
}
