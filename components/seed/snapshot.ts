import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { SeedAccess } from '../../config/seed/access.ts'
import { onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'

export interface SnapshotArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  /** Of the volume that the database's rows are on. */
  volumeId: pulumi.Input<string>
  /** Where the snapshot is; its key reads alone. */
  place: SeedAccess
  /** Of the role `app`. */
  password: pulumi.Input<string>
  /** The database takes connections. */
  after: pulumi.Input<pulumi.Resource>[]
}

/**
 * What the empty database of an environment begins with (host/padlock-seed): loaded once on its volume,
 * before the first release.
 */
export class Snapshot extends pulumi.ComponentResource {
  /** It is in the database. */
  readonly loaded: pulumi.Resource

  constructor(name: string, args: SnapshotArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Snapshot', name, {}, opts)
    const { place, password } = args
    this.loaded = new command.remote.Command(
      `${name}-snapshot`,
      {
        connection: connection(args.ssh),
        create: 'sudo /usr/lib/padlock/seed load',
        stdin: pulumi.secret(pulumi.jsonStringify({ place, password })),
        triggers: [args.dropletId, args.volumeId],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, args.droplet, 60), dependsOn: args.after },
    )
    this.registerOutputs({})
  }
}
