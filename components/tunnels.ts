import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import * as tls from '@pulumi/tls'
import type { HostSettings } from '../config/settings.ts'
import type { TunnelAccess } from '../config/tunnels/access.ts'
import type { TunnelSettings } from '../config/tunnels/index.ts'
import type { TunnelRoute } from './site/tunnels.ts'
import { inPlace, onEach, onHost } from './ssh/on-host.ts'
import { connection, type SshTarget } from './ssh/target.ts'

export interface TunnelsArgs extends Pick<HostSettings, 'sshKey' | 'adminSshKeys'> {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  tunnels: TunnelSettings[]
  /** Does the stack's login stand in front of them? Then nobody is asked for a password. */
  edge?: boolean
  /** The host's software is there. */
  installed: pulumi.Resource
}

/** Letters and digits; the hash takes 72 bytes at most. */
const PASSWORD = { length: 24, special: false }

/**
 * Names that lead to programs on developers' computers: a key of the stack that may open tunnels and
 * nothing else (host/padlock-tunnels), and a password for each name that is not for everybody, or the
 * login that stands in front of the site. Where the stack's keys lie in an agent, the people's own keys open tunnels.
 */
export class Tunnels extends pulumi.ComponentResource {
  /** What the proxy must know. */
  readonly routes: pulumi.Output<TunnelRoute[]>
  /** What the output `tunnelAccess` says. */
  readonly access: pulumi.Output<TunnelAccess>
  /** The host lets the keys open tunnels. */
  readonly authorized: pulumi.Resource

  constructor(name: string, args: TunnelsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { ssh, droplet, dropletId, tunnels, edge, sshKey, adminSshKeys, installed } = args
    // A preview shows who is asked for what.
    const open = tunnels.filter((one) => one.open).map((one) => one.name)
    const names = tunnels.map((one) => one.name)
    super('padlock:index:Tunnels', name, { names, open, ...(edge && { login: true }) }, opts)
    const parent = { parent: this }

    const key =
      sshKey === 'agent'
        ? undefined
        : new tls.PrivateKey(`${name}-tunnels`, { algorithm: 'ED25519' }, parent)
    const lines = key ? [key.publicKeyOpenssh] : adminSshKeys
    this.authorized = new command.remote.Command(
      `${name}-tunnels`,
      {
        connection: connection(ssh),
        create: onEach('sudo /usr/lib/padlock/tunnels', dropletId),
        // Here and not with the package: an update that fails, and is taken back, finds the keys again.
        delete: 'sudo rm -rf /var/lib/padlock/tunnels',
        stdin: pulumi.all(lines).apply((keys) => keys.map((one) => `${one.trim()}\n`).join('')),
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, droplet, 5), ...inPlace, dependsOn: installed },
    )

    const guarded = tunnels.map((one) => ({
      ...one,
      login: edge && !one.open,
      secret:
        edge || one.open
          ? undefined
          : new random.RandomPassword(`${name}-tunnel-${one.name}`, PASSWORD, parent),
    }))
    this.routes = pulumi.all(
      guarded.map(({ name, hostname, login, secret }) => ({
        name,
        hostname,
        ...(login && { login }),
        // Of a random password it gives nothing away, and a preview shows the site's changes.
        ...(secret && { passwordHash: pulumi.unsecret(secret.bcryptHash) }),
      })),
    )
    this.access = pulumi.secret(
      pulumi.output({
        port: ssh.port,
        hostKey: ssh.hostKey,
        ...(key && { privateKey: key.privateKeyOpenssh }),
        tunnels: Object.fromEntries(
          guarded.map(({ name, url, login, secret }) => [
            name,
            { url, ...(login && { login }), ...(secret && { password: secret.result }) },
          ]),
        ),
      }),
    )
    this.registerOutputs({})
  }
}
