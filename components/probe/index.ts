import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { Alias } from '../../config/site/aliases.ts'
import { type VisitArgs, visitCommand, visitEnvironment } from './visit.ts'

export interface ProbeArgs extends VisitArgs {
  release: pulumi.Input<string>
  dropletId: pulumi.Input<string>
  /** Absent where the site has no name. */
  zone?: string
  /** Is the zone served by others than DigitalOcean? */
  external?: boolean
  /** `IP:port` of the name server that is asked where the name leads; absent for the zone's own. */
  dnsServer?: string
}

/**
 * Asks the site, from where the user stands, what a visitor would see: a trusted certificate for
 * the name, the redirect from http, the login's redirect to the right issuer; and by name whether it
 * leads there. Runs again after every release; `pulumi up` fails where it fails.
 */
export class Probe extends pulumi.ComponentResource {
  /** The site's URL, known only once the probe has passed. */
  readonly url: pulumi.Output<string>
  readonly passed: pulumi.Resource
  readonly #name: string
  readonly #args: ProbeArgs

  constructor(name: string, args: ProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Probe', name, {}, opts)
    this.#name = name
    this.#args = args
    const probe = new command.local.Command(
      name,
      {
        create: pulumi.interpolate`${visitCommand(args)} ${byName(args)}--release ${args.release}`,
        environment: visitEnvironment(args),
        triggers: [args.dropletId],
        // Names the release and the commit before, for a message that leads back to them.
        addPreviousOutputInEnv: true,
      },
      { parent: this, customTimeouts: { create: '15m', update: '15m' } },
    )
    this.passed = probe
    this.url = probe.stdout.apply(() => pulumi.output(args.url))
    this.registerOutputs({ url: this.url })
  }

  /**
   * Asks the further names, each by itself: one that fails fails the update, and no other with it.
   * @param after everything else, which goes on where one fails
   */
  askAliases(aliases: Alias[], after: pulumi.Resource[]): void {
    for (const { hostname, url, serves } of aliases) {
      const args = { ...this.#args, url, ...(!serves && { leadsTo: this.#args.url }) }
      // Whose record came late has been tried in vain, and Caddy's pauses grow to ten minutes.
      const seconds = this.#args.external ? ' --seconds 720' : ''
      const release = serves ? pulumi.interpolate` --release ${args.release}` : ''
      new command.local.Command(
        `${this.#name}-${hostname}`,
        {
          create: pulumi.interpolate`${visitCommand(args)} ${byName(args).trim()}${seconds}${release}`,
          environment: visitEnvironment(args),
          triggers: [args.dropletId],
          addPreviousOutputInEnv: false,
        },
        { parent: this, dependsOn: after, customTimeouts: { create: '15m', update: '15m' } },
      )
    }
  }
}

/** Whom to ask where the name leads. */
const byName = ({ zone, external, dnsServer }: ProbeArgs) =>
  zone
    ? `--zone ${zone} ${external ? '--external ' : ''}${dnsServer ? `--dns ${dnsServer} ` : ''}`
    : ''
