import * as command from '@pulumi/command'
import { DatabaseCluster } from '@pulumi/digitalocean/databaseCluster.js'
import { DatabaseConnectionPool } from '@pulumi/digitalocean/databaseConnectionPool.js'
import { DatabaseDb } from '@pulumi/digitalocean/databaseDb.js'
import { DatabaseFirewall } from '@pulumi/digitalocean/databaseFirewall.js'
import { DatabaseUser } from '@pulumi/digitalocean/databaseUser.js'
import { getDatabaseCaOutput } from '@pulumi/digitalocean/getDatabaseCa.js'
import * as pulumi from '@pulumi/pulumi'
import { clusterName, type ManagedDatabase as Settings } from '../../config/database/managed.ts'
import { IMPORTED } from '../imported.ts'
import { tellKept } from '../kept/index.ts'
import { inPlace, onEach, onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'
import { shown } from './credential.ts'

export interface ManagedDatabaseArgs extends Omit<Settings, 'kind'> {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  /** The droplet's private network. */
  vpc: pulumi.Input<string>
  /** Owner id, which the cluster's name ends in. */
  owner: string
  /** Tags of the cluster; the first is the droplets' own, which its firewall lets in. */
  tags: pulumi.Input<string>[]
  /** Is it the app's own, and not one beside it? */
  used: boolean
  /** The host's software is there. */
  after: pulumi.Input<pulumi.Resource>[]
}

/** How a host's backups reach the app's database in a cluster: beside a pool, as the app's own role. */
export interface ManagedLogin {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** UUID of the cluster, by which dumps of one are told from those of another. */
  cluster: string
}

/** Of user, database and pool. */
const APP = 'app'
/** The certificate of the cluster's authority as containers have it (host/padlock-managed). */
const CA_FILE = '/run/database/ca.crt'

/**
 * A PostgreSQL cluster of DigitalOcean's with a user and a database of the app's own. A cluster is open
 * to the internet until its firewall has a rule, so the firewall is what is made right after it, and goes
 * with it: its own end would open the cluster again.
 *
 * It is in the region's default network, as the droplet is: named by the droplet, its network would be
 * unknown whenever the droplet is replaced, and the cluster replaced with it.
 *
 * Where the wait for a new cluster fails, the provider forgets its id, and the cluster stays and costs
 * (terraform-provider-digitalocean, resource_database_cluster.go); the next update names it
 * (account/lost.ts).
 */
export class ManagedDatabase extends pulumi.ComponentResource {
  /** `DATABASE_URL` of the app; a secret. */
  readonly url: pulumi.Output<string>
  /** For dumps of it; a secret. */
  readonly login: pulumi.Output<ManagedLogin>
  /** The app can make its tables. */
  readonly up: pulumi.Resource
  /** As projects spell it. */
  readonly clusterUrn: pulumi.Output<string>

  constructor(name: string, args: ManagedDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:ManagedDatabase', name, {}, opts)
    const parent = { parent: this }
    const cluster = new DatabaseCluster(
      name,
      {
        name: clusterName(name, args.owner),
        engine: 'pg',
        version: args.version,
        size: args.size,
        region: args.region,
        nodeCount: args.nodes,
        tags: args.tags,
      },
      {
        ...{ ...parent, protect: args.protect, retainOnDelete: args.keep, aliases: IMPORTED },
        customTimeouts: { create: '30m' },
      },
    )
    const inCluster = { ...parent, deletedWith: cluster }
    const firewall = new DatabaseFirewall(
      name,
      { clusterId: cluster.id, rules: [{ type: 'tag', value: args.tags[0] ?? name }] },
      inCluster,
    )
    const closed = { ...inCluster, dependsOn: firewall }
    const user = new DatabaseUser(name, { clusterId: cluster.id, name: APP }, closed)
    const database = new DatabaseDb(
      name,
      { clusterId: cluster.id, name: APP },
      // The rows are in it.
      { ...closed, retainOnDelete: args.keep },
    )
    const pool =
      args.pool === undefined
        ? undefined
        : new DatabaseConnectionPool(
            name,
            {
              ...{ clusterId: cluster.id, name: APP, mode: 'transaction' },
              ...{ size: args.pool, dbName: database.name, user: user.name },
            },
            closed,
          )
    const ca = getDatabaseCaOutput({ clusterId: cluster.id }, parent)
    const password = user.password.apply(shown)
    this.url = pulumi.secret(urlOf(cluster, password, pool))
    this.login = pulumi.secret(
      pulumi
        .all([cluster.privateHost, cluster.port, password, cluster.id])
        .apply(([host, port, secret, id]) => ({
          ...{ host, port, user: APP, password: secret, database: APP, cluster: id },
        })),
    )
    this.up = new command.remote.Command(
      `${name}-managed-database`,
      {
        connection: connection(args.ssh),
        create: onEach('sudo /usr/lib/padlock/managed up', args.dropletId),
        stdin: order(cluster, ca.certificate, args),
        // Here and not with the package: an update that fails, and is taken back, finds it all again.
        delete: 'sudo rm -rf /var/lib/padlock/managed',
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      {
        ...onHost(this, args.droplet, 15),
        ...inPlace,
        dependsOn: [firewall, user, database, ...(pool ? [pool] : []), ...args.after],
      },
    )
    this.clusterUrn = cluster.clusterUrn
    const item = {
      kind: 'database cluster' as const,
      name: clusterName(name, args.owner),
      id: cluster.id,
    }
    tellKept(`${name}-database`, args.keep, pulumi.output(item), this)
    // Whether its loss was consented to, for a program that has it no more.
    this.registerOutputs({ protects: args.protect, keeps: args.keep })
  }
}

/** https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING-URIS */
function urlOf(
  cluster: DatabaseCluster,
  password: pulumi.Output<string>,
  pool: DatabaseConnectionPool | undefined,
): pulumi.Output<string> {
  const { privateHost: host, port } = pool ?? cluster
  return pulumi
    .all([password, host, port])
    .apply(
      ([secret, at, number]) =>
        `postgresql://${APP}:${encodeURIComponent(secret)}@${at}:${number}/${APP}?sslmode=verify-full&sslrootcert=${CA_FILE}`,
    )
}

/** The standard input of the host's program. */
function order(
  cluster: DatabaseCluster,
  ca: pulumi.Output<string>,
  { vpc, used }: Pick<ManagedDatabaseArgs, 'vpc' | 'used'>,
): pulumi.Output<string> {
  const { privateHost, port, privateNetworkUuid } = cluster
  const login = [cluster.user.apply(shown), cluster.password.apply(shown)] as const
  const known = pulumi.all([privateHost, port, ...login, ca, privateNetworkUuid, vpc])
  const text = known.apply(([host, number, admin, secret, certificate, network, own]) => {
    if (network !== own) throw apart(network, own)
    return JSON.stringify({
      ...{ host, port: number, user: admin, password: secret },
      ...{ database: APP, app: APP, ca: certificate, used },
    })
  })
  return pulumi.secret(text)
}

const apart = (network: string, own: string) =>
  new pulumi.RunError(
    `the database cluster is in the private network ${network} and the droplet in ${own}, so it cannot be reached: the region's default network was changed. Fix: make ${network} the default again (doctl vpcs update ${network} --default=true), then pulumi up with --replace of the droplet`,
  )
