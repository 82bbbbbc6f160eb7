import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { connection, type SshTarget } from '../ssh/target.ts'

export interface PreparedArgs {
  ssh: SshTarget
  dropletId: pulumi.Input<string>
  /** As a release's manifest has it. */
  source: object
  registries: pulumi.Input<Record<string, unknown>>
}

/**
 * The image of a release, built or pulled before the release itself: where a volume leaves the old
 * host for this one, nothing serves in between, and a build takes minutes.
 */
export function prepared(
  name: string,
  { ssh, dropletId, source, registries }: PreparedArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new command.remote.Command(
    `${name}-image`,
    {
      connection: connection(ssh),
      create: 'sudo /usr/lib/padlock/release prepare',
      stdin: pulumi.secret(
        pulumi.output(registries).apply((logins) => JSON.stringify({ source, registries: logins })),
      ),
      triggers: [dropletId],
      addPreviousOutputInEnv: false,
      logging: 'none',
    },
    opts,
  )
}
