import type * as command from '@pulumi/command'
import type * as pulumi from '@pulumi/pulumi'

/** How the stack reaches its host: always with the host's key pinned. */
export interface SshTarget {
  host: pulumi.Input<string>
  port: pulumi.Input<number>
  /** OpenSSH private key of the user `admin`; absent: the keys of the agent at SSH_AUTH_SOCK. */
  privateKey?: pulumi.Input<string>
  /** The only host key that is accepted, as an authorized_keys line. */
  hostKey: pulumi.Input<string>
}

/**
 * A connection of @pulumi/command. The number of dials is not bounded (`dialErrorLimit: -1`): a
 * host takes minutes to boot, and the command's own timeout ends the wait.
 */
export function connection(target: SshTarget): command.types.input.remote.ConnectionArgs {
  return { ...target, user: 'admin', dialErrorLimit: -1, perDialTimeout: 15 }
}
