import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import type { BucketPlace } from '../../config/backups/place.ts'
import type { ManagedLogin } from '../database/managed.ts'
import { tellKept } from '../kept/index.ts'
import { endOf } from '../ssh/end.ts'
import { inPlace, onEach, onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'
import type { SpacesCopy } from './copy.ts'

/** Where backups are and what opens them, as a host takes it to restore them (`backup restore`). */
export interface BackupAccess extends BucketPlace {
  /** Of all objects of the stack in the bucket. */
  prefix: string
  passphrase: string
}

export interface BackupsArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  place: pulumi.Input<BucketPlace>
  /** The same with a key that reads alone, for other hosts; absent where there is none. */
  reader?: pulumi.Input<BucketPlace> | undefined
  /** Of the volume, a quarter of which may hold log that waits for the bucket. */
  volumeGib: number
  /** Is there a database on the host, and are there directories of the app on the volume? */
  database: boolean
  files: boolean
  /** Does the app use another database than that one, which is kept beside it? */
  beside: boolean
  /** The app's database where it is a managed one, which is dumped; a secret. */
  managed?: pulumi.Input<ManagedLogin> | undefined
  /** Of the second bucket, which the host knows nothing of. */
  copy?: SpacesCopy | undefined
  /** How many of each are kept. */
  keepDaily: number
  keepWeekly: number
  /** Does the engine refuse to delete the passphrase? There is no other that opens them. */
  protect: boolean
  /** Is a destroy to tell that they stay? */
  keep: boolean
  /** The host's software is there, the volume is mounted, and a database takes connections. */
  after: pulumi.Input<pulumi.Resource>[]
}

const PASSPHRASE = { length: 40, special: false }

/**
 * Backups of the host (host/padlock-backup) to a bucket and to its volume. At its end no more are made;
 * those that there are stay where they are, and the passphrase goes.
 */
export class Backups extends pulumi.ComponentResource {
  /** `fra1.digitaloceanspaces.com/BUCKET`. */
  readonly place: pulumi.Output<string>
  /** What opens the backups, on any host; a secret, and worth keeping outside the stack as well. */
  readonly passphrase: pulumi.Output<string>
  /** All that a restore elsewhere needs, a secret: place, key and passphrase. */
  readonly access: pulumi.Output<BackupAccess>
  /** The same with a key that reads alone; absent where there is none. */
  readonly reader?: pulumi.Output<BackupAccess>
  /** Secrets: what `backup copy` needs, and what a restore from the copy does; absent where there is none. */
  readonly copier?: pulumi.Output<{ from: BucketPlace; to: BucketPlace }>
  readonly copyAccess?: pulumi.Output<BackupAccess>
  /** The host makes them from now on. */
  readonly ordered: pulumi.Resource

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { database, files, beside, keepDaily, keepWeekly, keep, protect } = args
    const wanted = { database, files, beside, keepDaily, keepWeekly }
    // For a preview: the order itself is a secret as a whole.
    super('padlock:index:Backups', name, wanted, opts)
    const { result } = new random.RandomPassword(`${name}-backups`, PASSPHRASE, {
      parent: this,
      protect,
    })
    this.passphrase = pulumi.secret(result)
    // Neither is a secret, as the key is.
    this.place = pulumi.unsecret(
      pulumi.output(args.place).apply(({ endpoint, bucket }) => `${endpoint}/${bucket}`),
    )
    const opened = (place: pulumi.Input<BucketPlace>) =>
      pulumi.secret(
        pulumi
          .all([place, result])
          .apply(([one, passphrase]) => ({ ...one, prefix: name, passphrase })),
      )
    this.access = opened(args.place)
    if (args.reader) this.reader = opened(args.reader)
    const order = pulumi
      .all([this.access, args.managed])
      .apply(([access, managed]) => ({ ...access, ...wanted, ...(managed && { managed }) }))
    this.ordered = new command.remote.Command(
      `${name}-backups`,
      {
        connection: connection(args.ssh),
        // On a volume that has grown it runs again.
        create: onEach(
          `sudo /usr/lib/padlock/backup up # with ${args.volumeGib} GiB`,
          args.dropletId,
        ),
        stdin: pulumi.secret(pulumi.jsonStringify(order)),
        // Here and not with the package: an update that fails before it leaves them ordered.
        delete: endOf('backup-end'),
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, args.droplet, 15), ...inPlace, dependsOn: args.after },
    )
    if (args.copy) {
      this.copier = args.copy.copier
      this.copyAccess = opened(args.copy.place)
    }
    tellKept(
      `${name}-backups`,
      keep,
      this.place.apply((place) => ({ kind: 'backups' as const, place })),
      this,
    )
    // What a drill of its backups is to find, and which bucket may be away (account/bucket.ts); what a lower
    // number deletes; and for a program that has them no more, whether their loss was consented to.
    const managed = args.managed !== undefined
    this.registerOutputs({ ...wanted, managed, keeps: keep, place: this.place })
  }
}
