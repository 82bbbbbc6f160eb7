import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { Ordered } from './week.ts'

export interface AcmeChecklistArgs {
  /** The site's name. */
  host: pulumi.Input<string>
  /** Further names of the site. */
  aliases?: { hostname: string }[]
  /** Empty where the site has no name. */
  zone: string
  /** Is the zone served by others than DigitalOcean? */
  external?: boolean
  address: pulumi.Input<string>
  httpPort: number
  httpsPort: number
  /** As CAA records name the authority; absent where nobody knows. */
  issuer?: string
  /** `IP:port` of the name server to ask; absent for the zone's own. */
  dnsServer?: string
  /** How long the zone may take to be delegated; absent where the stack did not make it. */
  delegationMinutes?: number
  /** Is no authority asked? Then the delegation alone is waited for. */
  unasked?: boolean
  /** For the state: names whose first certificate is of the last seven days. */
  ordered?: Ordered
  /** The records and the address. */
  after: pulumi.Resource[]
}

/**
 * What a certificate authority will ask, asked before it does: a failed attempt to get a
 * certificate costs a minute and says little. Runs at the first deployment and when name, address,
 * ports or authority change. Goes on once the zone that the stack made is delegated, and says what is
 * to be entered at its registrar; where no authority is asked it does that alone.
 */
export class AcmeChecklist extends pulumi.ComponentResource {
  readonly passed: pulumi.Resource

  constructor(name: string, args: AcmeChecklistArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:AcmeChecklist', name, {}, opts)
    const { host, aliases = [], zone, address, httpPort, httpsPort } = args
    const { external, unasked, issuer, dnsServer, delegationMinutes } = args
    const more = [
      ...aliases.flatMap(({ hostname }) => ['--alias', hostname]),
      ...(issuer ? ['--issuer', issuer] : []),
      ...(dnsServer ? ['--dns', dnsServer] : []),
      ...(external ? ['--external'] : []),
      ...(unasked ? ['--delegation-only'] : []),
      ...(delegationMinutes !== undefined ? ['--delegation-minutes', delegationMinutes] : []),
    ]
    const byName = zone ? ` --zone ${zone}` : ''
    const limit = `${5 + (delegationMinutes ?? 0)}m`
    const asked = new command.local.Command(
      `${name}-acme`,
      {
        create: pulumi.interpolate`node components/acme/main.ts ${host}${byName} --address ${address} --port ${httpPort} --port ${httpsPort} ${more.join(' ')}`,
        addPreviousOutputInEnv: false,
        // What it waits for.
        logging: 'stdout',
      },
      { parent: this, dependsOn: args.after, customTimeouts: { create: limit, update: limit } },
    )
    this.passed = asked
    const { ordered = {} } = args
    // Unknown until names are ordered: a plan would be held to the minute in which it was made.
    const kept = asked.stdout.apply(() => ordered)
    this.registerOutputs(Object.keys(ordered).length > 0 ? { ordered: kept } : {})
  }
}
