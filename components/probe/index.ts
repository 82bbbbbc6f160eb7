import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { type VisitArgs, visitCommand, visitEnvironment } from './visit.ts'

export interface ProbeArgs extends VisitArgs {
  release: pulumi.Input<string>
  dropletId: pulumi.Input<string>
  zone: string
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

  constructor(name: string, args: ProbeArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Probe', name, {}, opts)
    const { zone, external, dnsServer } = args
    const dns = `${external ? '--external ' : ''}${dnsServer ? `--dns ${dnsServer} ` : ''}`
    const probe = new command.local.Command(
      name,
      {
        create: pulumi.interpolate`${visitCommand(args)} --zone ${zone} ${dns}--release ${args.release}`,
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
}
