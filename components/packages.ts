import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { HostBundle } from '../host/pack/index.ts'
import { onHost } from './ssh/on-host.ts'
import { connection, type SshTarget } from './ssh/target.ts'

export interface PackagesArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  bundle: HostBundle
  /** From here on the host takes files. */
  reachable: pulumi.Resource
  /** From here on it installs them. */
  ready: pulumi.Resource
}

/**
 * The host's software: Debian packages of this project and what they depend on. A change installs
 * them in place, by one fixed command of the first boot; exactly this set is there afterwards.
 *
 * The bundle travels as one file, so the component's own inputs tell a preview which package goes
 * from which version to which, and by a unit's changed hash that it is reloaded or restarted.
 */
export class Packages extends pulumi.ComponentResource {
  readonly installed: pulumi.Resource

  constructor(name: string, args: PackagesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { bundle, droplet, dropletId, ssh } = args
    super('padlock:index:Packages', name, { packages: bundle.packages }, opts)

    const options = onHost(this, droplet, 20)
    const file = new command.remote.CopyToRemote(
      `${name}-packages`,
      {
        connection: connection(ssh),
        source: new pulumi.asset.FileAsset(bundle.path),
        remotePath: `/var/lib/padlock/incoming/host-${bundle.sha256}.tar`,
        triggers: [dropletId],
      },
      { ...options, dependsOn: args.reachable },
    )
    this.installed = new command.remote.Command(
      `${name}-packages`,
      {
        connection: connection(ssh),
        create: `sudo /usr/local/lib/padlock/install ${bundle.sha256}`,
        triggers: [dropletId],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...options, dependsOn: [file, args.ready] },
    )
    this.registerOutputs({})
  }
}
