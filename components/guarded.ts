import * as pulumi from '@pulumi/pulumi'

/**
 * Values of one key of the configuration as they may enter the state: plain, unless the key was set
 * with `--secret`; then neither the state nor a preview shows them.
 * @param secretKeys without the project's prefix
 */
export function guarded(secretKeys: string[]) {
  return <K extends string>(
    key: string,
    values: Record<K, pulumi.Input<string>>,
  ): Record<K, pulumi.Input<string>> => {
    if (!secretKeys.includes(key)) return values
    const hidden = Object.entries<pulumi.Input<string>>(values).map(([name, value]) => [
      name,
      pulumi.secret(value),
    ])
    return Object.fromEntries(hidden)
  }
}
