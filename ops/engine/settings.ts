import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The name of the project in the working directory: first part of every name, prefix of its keys. */
export function projectHere(): string {
  return parse(readFileSync('Pulumi.yaml', 'utf8')).name
}

/**
 * The configuration of a settings file, every key with a prefix: one without is the project's,
 * whatever that is called (pulumi/pulumi, sdk/go/common/workspace, stackConfigNamespacedWithProject).
 */
export function namespaced(
  config: Record<string, unknown> | undefined,
  project: string,
): Record<string, unknown> {
  const entries = Object.entries(config ?? {})
  return Object.fromEntries(
    entries.map(([key, value]) => [key.includes(':') ? key : `${project}:${key}`, value]),
  )
}
