import { createHash } from 'node:crypto'
import * as command from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'
import { inPlace, onEach, onHost } from '../ssh/on-host.ts'
import { connection, type SshTarget } from '../ssh/target.ts'
import { configuration, emailsFile, type Provider } from './configuration.ts'

export interface EdgeArgs {
  ssh: SshTarget
  droplet: pulumi.Resource
  dropletId: pulumi.Input<string>
  /** Public base URL of the site, no final slash. */
  url: pulumi.Input<string>
  /** Of oauth2-proxy, by its digest. */
  image: string
  provider: pulumi.Input<Provider>
  /** Does the site answer at further names? */
  aliases?: boolean
  /** A secret. */
  clientSecret: pulumi.Input<string>
  allowedEmails: string[]
  allowedDomains: string[]
  /** What a preview may show of who comes in; a secret where a list is. */
  shown: pulumi.Inputs
  /** What it waits for. */
  after: pulumi.Resource[]
}

/**
 * The login in front of an app that has none: oauth2-proxy, taken out of its image by digest, as a
 * service that only Caddy can ask. A change restarts it while requests wait; one that does not come up
 * is taken back, and the update fails with what it said.
 */
export class Edge extends pulumi.ComponentResource {
  readonly up: pulumi.Resource

  constructor(name: string, args: EdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    const { image, url, aliases, allowedDomains, allowedEmails } = args
    super('padlock:index:Edge', name, { image, ...args.shown }, opts)
    const cookieKey = new random.RandomPassword(
      `${name}-edge-key`,
      { length: 32, special: false },
      { parent: this },
    )
    const order = pulumi.secret(
      pulumi.jsonStringify({
        image,
        configuration: pulumi
          .all([url, args.provider])
          .apply(([site, provider]) =>
            configuration({ url: site, aliases, allowedDomains, provider }),
          ),
        emails: emailsFile(allowedEmails),
        clientSecret: args.clientSecret,
        cookieSecret: cookieKey.result,
      }),
    )
    // Salted by the secrets in it, so that it gives no way to guess one.
    const digest = pulumi.unsecret(
      order.apply((text) => createHash('sha256').update(text).digest('hex').slice(0, 12)),
    )
    this.up = new command.remote.Command(
      `${name}-edge`,
      {
        connection: connection(args.ssh),
        create: onEach(pulumi.interpolate`sudo /usr/lib/padlock/edge ${digest}`, args.dropletId),
        stdin: order,
        // Here and not with the package: an update that fails, and is taken back, finds it all again.
        delete: 'sudo rm -rf /var/lib/padlock/edge',
        addPreviousOutputInEnv: false,
        logging: 'none',
      },
      { ...onHost(this, args.droplet, 10), ...inPlace, dependsOn: args.after },
    )
    this.registerOutputs({})
  }
}
