import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { SshTarget } from '../ssh/target.ts'

export interface CertificatesArgs {
  ssh: SshTarget
  dropletId: pulumi.Input<string>
  /** What the host needs before it can take them. */
  after: pulumi.Resource[]
}

/**
 * Certificates, their keys and the ACME account of a replaced host, carried to its successor while
 * both are there: from host to host through this computer's memory, never through the state or a
 * file. The state keeps which host was the last one, by its address and public key. Where that
 * cannot be reached, the new host orders a certificate of its own.
 */
export class Certificates extends pulumi.ComponentResource {
  readonly carried: pulumi.Resource

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Certificates', name, {}, opts)
    const { host, port, hostKey, privateKey } = args.ssh
    this.carried = new command.local.Command(
      `${name}-certificates`,
      {
        // What it prints names this host; the next run finds it in its environment.
        create: pulumi.interpolate`node components/certificates/carry.ts droplet-${args.dropletId}`,
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
