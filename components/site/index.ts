import { createHash } from 'node:crypto'
import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import type { Pair, TrustedClients } from '../authority.ts'
import { onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'

export interface SiteArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  /** The site's fully qualified name. */
  host: pulumi.Input<string>
  caddyfile: pulumi.Input<string>
  /** Further names that the host orders certificates for. */
  aliases?: { hostname: string }[]
  /** PEM text of a private certificate authority's root. */
  acmeRoot?: string
  /** Is there http alone? Then no certificate is waited for. */
  plain?: boolean
  /** The site's own certificate and its key; absent where the host orders one. */
  certificate?: Pair
  /** Whom the host trusts; absent where nobody is asked for a certificate. */
  clients?: TrustedClients
  /** What the site waits for before it is sent to the host. */
  after: pulumi.Resource[]
}

/**
 * The reverse proxy's configuration, sent to the host and, where the certificate is there already,
 * served at once; without one it waits for `serve`, as a certificate authority would ask in vain
 * before the name leads to the host. A change is checked by Caddy before it replaces anything and
 * touches no release.
 */
export class Site extends pulumi.ComponentResource {
  readonly staged: command.remote.Command
  readonly #name: string
  readonly #args: SiteArgs
  readonly #version: pulumi.Output<string>

  constructor(name: string, args: SiteArgs, opts?: pulumi.ComponentResourceOptions) {
    const { host, caddyfile, aliases, acmeRoot, plain, certificate, clients } = args
    super('padlock:index:Site', name, { host, caddyfile, acmeRoot }, opts)
    const site = {
      host,
      caddyfile,
      acmeRoot: acmeRoot ?? null,
      ...(aliases && { aliases: aliases.map(({ hostname }) => hostname) }),
      ...(plain && { plain }),
      ...(clients && { clients }),
    }
    // Public parts alone, which name the version: a key has a certificate of its own.
    const text = pulumi.jsonStringify({
      ...site,
      ...(certificate && { certificate: certificate.certificate }),
    })
    this.#name = name
    this.#args = args
    this.#version = text.apply((site) =>
      createHash('sha256').update(site).digest('hex').slice(0, 12),
    )
    const sent = certificate
      ? pulumi.secret(
          pulumi.jsonStringify({
            ...site,
            certificate: pulumi.interpolate`${certificate.certificate}${certificate.key}`,
          }),
        )
      : text
    this.staged = this.#command('stage', sent, args.after)
    this.registerOutputs({})
  }

  /** Serves the site, once the name leads to this host: `after` says so. */
  serve(after: pulumi.Resource[]): pulumi.Resource {
    return this.#command('serve', undefined, [this.staged, ...after])
  }

  #command(
    verb: 'stage' | 'serve',
    stdin: pulumi.Input<string> | undefined,
    after: pulumi.Resource[],
  ) {
    return new command.remote.Command(
      `${this.#name}-site-${verb}`,
      {
        connection: connection(this.#args.ssh),
        create: pulumi.interpolate`sudo /usr/lib/padlock/site ${verb} ${this.#version}`,
        stdin,
        triggers: [this.#args.dropletId],
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, this.#args.droplet, 5), dependsOn: after },
    )
  }
}
