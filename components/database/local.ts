import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import { endOf } from '../ssh/end.ts'
import { inPlace, onEach, onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'

export interface LocalDatabaseArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  /** Of the volume that its rows are on. */
  volumeId: pulumi.Input<string>
  /** Major version of the packages; the next update knows it by this. */
  version: string
  /** Are its backups ordered after it? Its log waits for them from the first start on. */
  archived?: boolean
  /** The host's software is there, and the volume is mounted. */
  after: pulumi.Input<pulumi.Resource>[]
}

/** Letters and digits, so that it stands in a URL as it is. */
const PASSWORD = { length: 32, special: false }
/** Where PostgreSQL's socket is, on the host and in the app's containers. */
const SOCKETS = '/run/postgresql'

/**
 * PostgreSQL on the host, with its rows on the volume (host/padlock-database): one role and one database,
 * both called `app`. A host that the volume comes to takes over what is on it. At its end the server
 * stops and the rows stay, so that the next one finds them.
 */
export class LocalDatabase extends pulumi.ComponentResource {
  /** `DATABASE_URL` of the app (https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING-URIS); a secret. */
  readonly url: pulumi.Output<string>
  /** Of the role `app`; a secret. */
  readonly password: pulumi.Output<string>
  /** It takes connections. */
  readonly up: pulumi.Resource

  constructor(name: string, args: LocalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:LocalDatabase', name, {}, opts)
    const { result: password } = new random.RandomPassword(`${name}-database`, PASSWORD, {
      parent: this,
    })
    this.password = pulumi.secret(password)
    this.url = pulumi.secret(pulumi.interpolate`postgresql://app:${password}@/app?host=${SOCKETS}`)
    const up = new command.remote.Command(
      `${name}-database`,
      {
        connection: connection(args.ssh),
        // On another volume of the same host it runs again. As a trigger the volume would have the former
        // end run after the new beginning, on the same server.
        create: onEach(
          pulumi.interpolate`sudo /usr/lib/padlock/database up${args.archived ? ' archived' : ''} # on ${args.volumeId}`,
          args.dropletId,
        ),
        stdin: pulumi.secret(pulumi.interpolate`${password}\n`),
        // Here and not with the package: an update that fails, and is taken back, finds it all again.
        delete: endOf('database', 'remove'),
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, args.droplet, 15), ...inPlace, dependsOn: args.after },
    )
    this.up = up
    // Once the host has them: packages that could not be had bind nobody.
    this.registerOutputs({ version: up.id.apply(() => args.version) })
  }
}
