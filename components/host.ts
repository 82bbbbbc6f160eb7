import * as command from '@pulumi/command'
import * as digitalocean from '@pulumi/digitalocean'
import * as pulumi from '@pulumi/pulumi'
import * as tls from '@pulumi/tls'
import { type HostFacts, userData } from '../cloud-init/index.ts'
import { connection, type SshTarget } from '../lib/ssh.ts'

export interface HostArgs {
  region: pulumi.Input<string>
  /** Size slug. A change resizes in place. */
  size: pulumi.Input<string>
  /** Image slug, or the number of a snapshot. A change replaces the droplet. */
  image: pulumi.Input<string>
  ipv6: boolean
  /** Tags of the droplet; the cloud firewall finds it by them. */
  tags: pulumi.Input<string>[]
  /** Address that is given to the droplet once it is ready. */
  reservedIp: pulumi.Input<string>
  /** Public keys of people, beside the stack's own key. Changed in place. */
  adminSshKeys: string[]
  sshPort: number
  httpPort: number
  httpsPort: number
  caddyRepository: HostFacts['caddyRepository']
  /** Refuse to delete or replace the droplet. */
  protect: boolean
}

/** Swap for hosts of up to 2 GiB of memory; a larger host makes none of it. */
const SWAP_MIB = 1024

/**
 * A Debian 13 droplet that is ready for releases.
 *
 * The droplet is replaced only when `image`, `region` or the bootstrap itself (user data) changes;
 * the new one boots and proves itself before the old one gives up the reserved IP.
 *
 * Trust on the wire: user data carries a one-time host key that the first connection is pinned to.
 * Over it the host makes a key of its own, every later connection is pinned to that, and the
 * one-time key is destroyed: what stays readable in the metadata opens nothing.
 */
export class Host extends pulumi.ComponentResource {
  readonly ssh: SshTarget
  readonly dropletId: pulumi.Output<string>
  readonly dropletUrn: pulumi.Output<string>
  readonly droplet: digitalocean.Droplet
  readonly ipv6Address: pulumi.Output<string>
  /** OpenSSH private key of the user `admin`; a secret. */
  readonly adminPrivateKey: pulumi.Output<string>
  /** The host's own public key, pinned by every connection. */
  readonly hostKey: pulumi.Output<string>
  /** Resolves when the host is ready and owns the reserved IP. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Host', name, {}, opts)
    const parent = { parent: this }

    const adminKey = new tls.PrivateKey(`${name}-admin`, { algorithm: 'ED25519' }, parent)
    const bootstrapKey = new tls.PrivateKey(
      `${name}-bootstrap`,
      { algorithm: 'ECDSA', ecdsaCurve: 'P256' },
      parent,
    )
    const sshKey = new digitalocean.SshKey(
      `${name}-admin`,
      { publicKey: adminKey.publicKeyOpenssh.apply((key) => key.trim()) },
      parent,
    )
    this.droplet = new digitalocean.Droplet(
      name,
      {
        region: args.region,
        size: args.size,
        resizeDisk: false,
        image: args.image,
        ipv6: args.ipv6,
        sshKeys: [sshKey.fingerprint],
        tags: args.tags,
        userData: bootstrap(name, args, adminKey, bootstrapKey),
      },
      { ...parent, protect: args.protect, customTimeouts: { create: '15m' } },
    )

    const onDroplet = { parent: this, deletedWith: this.droplet, customTimeouts: { create: '15m' } }
    const target = {
      host: this.droplet.ipv4Address,
      port: args.sshPort,
      privateKey: adminKey.privateKeyOpenssh,
    }
    const hostKey = new command.remote.Command(
      `${name}-host-key`,
      {
        connection: connection({ ...target, hostKey: bootstrapKey.publicKeyOpenssh }),
        create: 'sudo /usr/local/lib/padlock/host-key',
        triggers: [this.droplet.id],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      onDroplet,
    )
    this.hostKey = hostKey.stdout.apply((line) => line.trim())
    this.ssh = { ...target, hostKey: this.hostKey }
    const ready = new command.remote.Command(
      `${name}-ready`,
      {
        connection: connection(this.ssh),
        create: 'sudo /usr/local/lib/padlock/ready',
        triggers: [this.droplet.id],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      onDroplet,
    )
    new command.remote.Command(
      `${name}-admin-keys`,
      authorizedKeys(this.ssh, [adminKey.publicKeyOpenssh, ...args.adminSshKeys], this.droplet.id),
      { ...onDroplet, dependsOn: ready },
    )
    const assignment = new digitalocean.ReservedIpAssignment(
      name,
      { ipAddress: args.reservedIp, dropletId: this.droplet.id.apply(Number) },
      // Deleting the old assignment after the new one was made would unassign the address.
      { ...parent, dependsOn: ready, deleteBeforeReplace: true },
    )

    this.dropletId = this.droplet.id
    this.dropletUrn = this.droplet.dropletUrn
    this.ipv6Address = this.droplet.ipv6Address
    this.adminPrivateKey = adminKey.privateKeyOpenssh
    this.ready = [ready, assignment]
    this.registerOutputs({ dropletId: this.dropletId, hostKey: this.hostKey })
  }
}

/** A secret as long as the state is concerned: it holds the one-time host key. */
function bootstrap(
  name: string,
  args: HostArgs,
  adminKey: tls.PrivateKey,
  bootstrapKey: tls.PrivateKey,
): pulumi.Output<string> {
  const text = pulumi
    .all([adminKey.publicKeyOpenssh, bootstrapKey.privateKeyOpenssh, bootstrapKey.publicKeyOpenssh])
    .apply(([adminPublicKey, privateKey, publicKey]) =>
      userData({
        hostname: name,
        adminKeys: [adminPublicKey.trim()],
        bootstrapHostKey: { privateKey, publicKey: publicKey.trim() },
        sshPort: args.sshPort,
        httpPort: args.httpPort,
        httpsPort: args.httpsPort,
        caddyRepository: args.caddyRepository,
        swapMiB: SWAP_MIB,
      }),
    )
  return pulumi.secret(text)
}

/** Swaps the whole list in one rename, so that a broken connection never locks anybody out. */
function authorizedKeys(
  ssh: SshTarget,
  keys: pulumi.Input<string>[],
  dropletId: pulumi.Input<string>,
): command.remote.CommandArgs {
  return {
    connection: connection(ssh),
    create:
      'umask 077 && cat > ~/.ssh/authorized_keys.new && mv ~/.ssh/authorized_keys.new ~/.ssh/authorized_keys',
    stdin: pulumi.all(keys).apply((lines) => `${lines.map((line) => line.trim()).join('\n')}\n`),
    triggers: [dropletId],
    addPreviousOutputInEnv: false,
    logging: 'none',
  }
}
