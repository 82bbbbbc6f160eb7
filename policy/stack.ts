import * as pulumi from '@pulumi/pulumi'

/** `padlock-pr-12`: what everything of the stack is named and tagged with. */
export function ownName(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`
}

/** A key of the stack's configuration, or Pulumi.yaml's default; undefined where neither has it. */
export function setting<T>(key: string): T | undefined {
  const text = new pulumi.Config().get(key)
  return text === undefined ? undefined : fromText(text)
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

/** The engine hands every value over as text: lists, objects, numbers and booleans as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a key has the shape that Pulumi.yaml declares
function fromText(text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
