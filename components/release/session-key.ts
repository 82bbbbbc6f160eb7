import type * as pulumi from '@pulumi/pulumi'
import * as random from '@pulumi/random'

/**
 * The key that signs sessions, and the one before it, whose sessions go on.
 * @param version from 1
 */
export function sessionKeys(
  name: string,
  version = 1,
  opts: pulumi.CustomResourceOptions,
): [pulumi.Output<string>, ...pulumi.Output<string>[]] {
  const key = (number: number) => {
    const own = number === 1 ? `${name}-session-key` : `${name}-session-key-${number}`
    return new random.RandomPassword(own, { length: 64, special: false }, opts).result
  }
  return version > 1 ? [key(version), key(version - 1)] : [key(version)]
}
