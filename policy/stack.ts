import * as pulumi from '@pulumi/pulumi'
import { fromText } from '../config/text.ts'

/** `padlock-pr-12`: what everything of the stack is named and tagged with. */
export function ownName(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`
}

/** The type of the component that a resource lies in; undefined where it lies in none. */
export const parentOf = (urn: string): string | undefined => urn.split('::')[2]?.split('$').at(-2)

/** A key of the stack's configuration, or Pulumi.yaml's default; undefined where neither has it. */
export function setting<T>(key: string): T | undefined {
  const text = new pulumi.Config().get(key)
  // A key has the type that Pulumi.yaml declares.
  return text === undefined ? undefined : (fromText(text) as T)
}

/** The leaves of the whole configuration, of providers too, by `namespace:key.path`. */
export function allSettings(): [path: string, value: string][] {
  return Object.entries(pulumi.runtime.allConfig()).flatMap(([key, text]) =>
    leaves(key, fromText(text)),
  )
}

function leaves(path: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, each]) => leaves(`${path}.${key}`, each))
}
