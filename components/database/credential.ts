import { RunError } from '@pulumi/pulumi'

/**
 * A user or password of a cluster, for `apply`. DigitalOcean leaves both out, without an error, for a token
 * without the scope (https://docs.digitalocean.com/reference/api/scopes/).
 * @throws RunError where it is left out
 */
export function shown(credential: string): string {
  if (credential) return credential
  throw new RunError(
    "DigitalOcean does not show the database cluster's users and passwords to this token. Allowed: one with the scope database:view_credentials. Fix: export DIGITALOCEAN_TOKEN=TOKEN, then pulumi up --refresh",
  )
}
