import { createHash } from 'node:crypto'
import * as command from '@pulumi/command'
import { Droplet } from '@pulumi/digitalocean/droplet.js'
import { SshKey } from '@pulumi/digitalocean/sshKey.js'
import * as pulumi from '@pulumi/pulumi'
import * as tls from '@pulumi/tls'
import { firstBoot, type HostFacts, userData } from '../cloud-init/index.ts'
import { keyName } from '../config/checkout/owner.ts'
import type { HostSettings } from '../config/settings.ts'
import { IMPORTED } from './imported.ts'
import { onHost } from './ssh/on-host.ts'
import { connection, type SshTarget } from './ssh/target.ts'

export interface HostArgs {
  region: pulumi.Input<string>
  /** Size slug. A change resizes in place. */
  size: pulumi.Input<string>
  /** Replaces the droplet for another size, whose disk is smaller. */
  replacesForSize: boolean
  /** Image slug, or the number of a snapshot. A change replaces the droplet. */
  image: pulumi.Input<string>
  /** Whether a new droplet gets an IPv6 address; one that has it keeps it. */
  ipv6: boolean
  /** Owner id, which the name of the first ssh key ends in. */
  owner: string
  /** Tags of the droplet; the cloud firewall finds it by them. */
  tags: pulumi.Input<string>[]
  /** Where the key lies that the host is opened with; `agent`: the stack has none of its own. */
  sshKey: HostSettings['sshKey']
  /** Public keys of people, beside the stack's own key. Changed in place. */
  adminSshKeys: string[]
  /** Number of the stack's own key, from 1; one more makes a new key. Changed in place. */
  adminKeyVersion: number
  sshPort: number
  /** Where Caddy comes from at the first boot; later the host's packages say so. */
  caddyRepository: HostFacts['caddyRepository']
  /** Refuse to delete or replace the droplet. */
  protect: boolean
}

/** Swap file of every host that has no swap. */
const SWAP_MIB = 1024

/**
 * A Debian 13 droplet that has had its first boot: it can be reached, and Caddy and Podman are
 * there. What it becomes is up to the packages that are installed next.
 *
 * It is replaced only when `image`, `region`, `sshPort` or the text of the first boot changes, or
 * when one that was made without IPv6 is to have it. The keys that it is created with are one-time
 * keys that never change, so that no other key can replace it.
 *
 * Trust on the wire: user data carries a one-time host key that the first connection is pinned to.
 * Over it the host makes a key of its own, every later connection is pinned to that, and the
 * one-time keys open nothing any more: what stays readable in the metadata is worthless.
 */
export class Host extends pulumi.ComponentResource {
  readonly ssh: SshTarget
  readonly dropletId: pulumi.Output<string>
  readonly dropletUrn: pulumi.Output<string>
  readonly droplet: Droplet
  readonly ipv6Address: pulumi.Output<string>
  /** OpenSSH private key of the user `admin`; a secret. None where the keys lie in an agent. */
  readonly adminPrivateKey?: pulumi.Output<string>
  /** The host's own public key, pinned by every connection. */
  readonly hostKey: pulumi.Output<string>
  /** From here on the host takes files from `admin`; its first boot may still be under way. */
  readonly reachable: pulumi.Resource
  /** The first boot is over. */
  readonly ready: pulumi.Resource

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    // What is written to the host is a secret, so the component names the people for a preview.
    super('padlock:index:Host', name, { adminSshKeys: args.adminSshKeys }, opts)
    const parent = { parent: this }

    const adminKeys = args.sshKey === 'agent' ? [] : adminKeysOf(name, args.adminKeyVersion, this)
    const adminKey = adminKeys[0]
    const firstKey = new tls.PrivateKey(`${name}-first-login`, { algorithm: 'ED25519' }, parent)
    const bootstrapKey = new tls.PrivateKey(
      `${name}-bootstrap`,
      { algorithm: 'ECDSA', ecdsaCurve: 'P256' },
      parent,
    )
    const sshKey = new SshKey(
      `${name}-admin`,
      {
        name: keyName(name, args.owner),
        publicKey: firstKey.publicKeyOpenssh.apply((key) => key.trim()),
      },
      // What has a name of its own is deleted first by default, and the droplet with it.
      { ...parent, aliases: IMPORTED, deleteBeforeReplace: false },
    )
    const { sshPort } = args
    this.droplet = new Droplet(
      name,
      {
        region: args.region,
        size: args.size,
        resizeDisk: false,
        image: args.image,
        ipv6: args.ipv6,
        sshKeys: [sshKey.fingerprint],
        tags: args.tags,
        userData: bootstrap(name, args, firstKey, bootstrapKey),
      },
      {
        ...parent,
        protect: args.protect,
        aliases: IMPORTED,
        customTimeouts: { create: '15m' },
        // The text of the first boot counts, not the repository that stands in it. A droplet cannot
        // lose its IPv6 address, and gets one that works at its first boot alone.
        replaceOnChanges: args.replacesForSize ? ['ipv6', 'size'] : ['ipv6'],
        ignoreChanges: args.ipv6 ? ['userData'] : ['userData', 'ipv6'],
        replacementTrigger: firstBoot({ hostname: name, sshPort, swapMiB: SWAP_MIB }),
      },
    )

    const onDroplet = onHost(this, this.droplet, 15)
    const host = this.droplet.ipv4Address
    const hostKey = new command.remote.Command(
      `${name}-host-key`,
      {
        connection: connection({
          host,
          port: sshPort,
          privateKey: firstKey.privateKeyOpenssh,
          hostKey: bootstrapKey.publicKeyOpenssh,
        }),
        create: 'sudo /usr/local/lib/padlock/host-key',
        triggers: [this.droplet.id],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      onDroplet,
    )
    this.hostKey = hostKey.stdout.apply((line) => line.trim())
    this.ssh = {
      host,
      port: sshPort,
      privateKey: adminKey?.privateKeyOpenssh,
      hostKey: this.hostKey,
    }
    const authorized = pulumi
      .all([...(adminKey ? [adminKey.publicKeyOpenssh] : []), ...args.adminSshKeys])
      .apply((lines) => lines.map((line) => line.trim()))
    this.reachable = new command.local.Command(
      `${name}-admin-keys`,
      {
        create: pulumi.interpolate`node components/ssh/authorize.ts droplet-${this.droplet.id} keys-${authorized.apply(digest)}`,
        stdin: order(host, sshPort, this.hostKey, [...adminKeys, firstKey], authorized),
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      {
        parent: this,
        deletedWith: this.droplet,
        customTimeouts: { create: '15m', update: '15m' },
      },
    )
    this.ready = new command.remote.Command(
      `${name}-ready`,
      {
        connection: connection(this.ssh),
        create: 'sudo /usr/local/lib/padlock/ready',
        triggers: [this.droplet.id],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onDroplet, dependsOn: this.reachable },
    )

    this.dropletId = this.droplet.id
    this.dropletUrn = this.droplet.dropletUrn
    this.ipv6Address = this.droplet.ipv6Address
    this.adminPrivateKey = adminKey?.privateKeyOpenssh
    this.registerOutputs({ dropletId: this.dropletId, hostKey: this.hostKey })
  }
}

/** The present key, and the one before it, with which a host is opened to learn the present one. */
function adminKeysOf(name: string, version: number, parent: pulumi.Resource): tls.PrivateKey[] {
  const key = (number: number) =>
    new tls.PrivateKey(
      number === 1 ? `${name}-admin` : `${name}-admin-${number}`,
      { algorithm: 'ED25519' },
      { parent },
    )
  return version > 1 ? [key(version), key(version - 1)] : [key(version)]
}

/** A secret as far as the state is concerned: it holds the one-time host key. */
function bootstrap(
  name: string,
  args: HostArgs,
  firstKey: tls.PrivateKey,
  bootstrapKey: tls.PrivateKey,
): pulumi.Output<string> {
  const text = pulumi
    .all([firstKey.publicKeyOpenssh, bootstrapKey.privateKeyOpenssh, bootstrapKey.publicKeyOpenssh])
    .apply(([adminPublicKey, privateKey, publicKey]) =>
      userData({
        hostname: name,
        adminKeys: [adminPublicKey.trim()],
        bootstrapHostKey: { privateKey, publicKey: publicKey.trim() },
        sshPort: args.sshPort,
        caddyRepository: args.caddyRepository,
        swapMiB: SWAP_MIB,
      }),
    )
  return pulumi.secret(text)
}

/** The standard input of `ssh/authorize.ts`. */
function order(
  host: pulumi.Input<string>,
  port: number,
  hostKey: pulumi.Input<string>,
  keys: tls.PrivateKey[],
  authorized: pulumi.Input<string[]>,
): pulumi.Output<string> {
  const privateKeys = keys.map((key) => key.privateKeyOpenssh)
  return pulumi.secret(
    pulumi.jsonStringify({ address: { host, port, hostKey }, privateKeys, authorized }),
  )
}

const digest = (lines: string[]) =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12)
