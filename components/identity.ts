import { Client } from '@pulumi/auth0/client.js'
import { ClientCredentials } from '@pulumi/auth0/clientCredentials.js'
import { ConnectionClient } from '@pulumi/auth0/connectionClient.js'
import * as pulumi from '@pulumi/pulumi'
import { formatExpiry } from '../config/expiry.ts'
import { IMPORTED } from './imported.ts'

export interface IdentityArgs {
  /** Public base URL of the site, no final slash. */
  url: pulumi.Input<string>
  /** Paths of the site: where the tenant sends users back to, and where a login begins. */
  callbackPath: string
  loginPath: string
  /** The same of further names that the site answers at. */
  aliasUrls?: string[]
  /** Host (or host:port) at which browsers and the app meet the tenant. */
  domain: string
  /** The tenant's connections that may be used. */
  connections: { name: string; id: string }[]
  /** Owner id, carried in the application's metadata. */
  owner: string
  /** When a sweep may remove the application. */
  expires?: Date
  /** Refuse to delete the application. */
  protect: boolean
}

/**
 * The stack's own application in the Auth0 tenant: authorization code flow with PKCE, RS256, exact
 * URLs of this stack and no wildcard, and one link per connection, which leaves other stacks'
 * links alone. The free plan allows 10 applications.
 */
export class Identity extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>
  /** A secret. */
  readonly clientSecret: pulumi.Output<string>
  /** Issuer of the tokens, with a final slash. */
  readonly issuer: string
  /** What must exist before anybody can log in. */
  readonly links: pulumi.Resource[]

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super('padlock:index:Identity', name, {}, opts)
    const parent = { parent: this }
    const urls = [args.url, ...(args.aliasUrls ?? [])]

    const client = new Client(
      name,
      {
        name,
        description: pulumi.interpolate`Login of ${args.url}`,
        appType: 'regular_web',
        oidcConformant: true,
        grantTypes: ['authorization_code'],
        jwtConfiguration: { alg: 'RS256' },
        crossOriginAuth: false,
        callbacks: urls.map((url) => pulumi.interpolate`${url}${args.callbackPath}`),
        allowedLogoutUrls: urls.map((url) => pulumi.interpolate`${url}/`),
        initiateLoginUri: pulumi.interpolate`${args.url}${args.loginPath}`,
        clientMetadata: {
          project: pulumi.getProject(),
          stack: pulumi.getStack(),
          owner: args.owner,
          ...(args.expires && { expires: formatExpiry(args.expires) }),
        },
      },
      { ...parent, protect: args.protect, aliases: IMPORTED },
    )
    const credentials = new ClientCredentials(
      name,
      { clientId: client.id, authenticationMethod: 'client_secret_post' },
      parent,
    )
    this.links = args.connections.map(
      (connection) =>
        new ConnectionClient(
          `${name}-${connection.name}`,
          { clientId: client.id, connectionId: connection.id },
          parent,
        ),
    )

    this.clientId = client.clientId
    this.clientSecret = pulumi.secret(credentials.clientSecret.apply(requireClientSecret))
    this.issuer = `https://${args.domain}/`
    this.registerOutputs({ clientId: this.clientId, issuer: this.issuer })
  }
}

/**
 * The Management API leaves the secret out, without an error, where the token lacks the scope.
 * @throws RunError that says which scope, and what to run afterwards.
 */
export function requireClientSecret(secret: string | undefined): string {
  if (secret) return secret
  throw new pulumi.RunError(
    'Auth0 did not return the client secret: the management application lacks the scope read:client_keys. ' +
      'Give it read:client_keys (Auth0 dashboard, Applications > APIs > Auth0 Management API > Machine to Machine), then run: pulumi up --refresh',
  )
}
