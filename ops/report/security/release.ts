import { componentOf, type Resource } from '../resources.ts'

/** What the release's component shows of its manifest (components/release.ts). */
export interface Shown {
  env: Record<string, string>
  secretNames: string[]
}

/** The release before and after; a side is undefined where there is none, or none that shows itself. */
export function releases(resources: Resource[]): { before?: Shown; after?: Shown } {
  const one = componentOf(resources, 'Release')
  const shown = (inputs: Resource['old']): Shown | undefined =>
    inputs && 'secretNames' in inputs
      ? {
          env: (inputs.env ?? {}) as Record<string, string>,
          secretNames: inputs.secretNames as string[],
        }
      : undefined
  return { before: shown(one?.old), after: shown(one?.new) }
}
