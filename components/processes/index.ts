import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { SshTarget } from '../ssh/target.ts'

export interface ProcessesArgs {
  ssh: SshTarget
  dropletId: pulumi.Input<string>
  /** The address, or the name, leads to the host. */
  after: pulumi.Resource[]
}

/**
 * The host that workers and jobs run on: the one that the address leads to. While a droplet is
 * replaced, they end on the old one before they start on the new one; where the old one cannot be
 * reached any more, that is said and not waited for. From then on each release brings its own.
 */
export class Processes extends pulumi.ComponentResource {
  constructor(name: string, args: ProcessesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Processes', name, {}, opts)
    const { host, port, hostKey, privateKey } = args.ssh
    new command.local.Command(
      `${name}-processes`,
      {
        // What it prints names this host; the next run finds it in its environment.
        create: pulumi.interpolate`node components/processes/move.ts droplet-${args.dropletId}`,
        stdin: pulumi.secret(
          pulumi.jsonStringify({
            address: { host, port, hostKey },
            privateKeys: privateKey ? [privateKey] : [],
          }),
        ),
        addPreviousOutputInEnv: true,
        logging: 'stderr',
      },
      {
        parent: this,
        dependsOn: args.after,
        customTimeouts: { create: '5m', update: '5m' },
      },
    )
    this.registerOutputs({})
  }
}
