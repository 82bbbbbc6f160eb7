import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { GitHub } from './client.ts'

/** GitHub lists no more files of a pull request than this. */
const LISTED_FILES = 3000
/** Stacks that are none of production's: the sandbox's, and the template of the environments. */
const NOT_REVIEWED = ['dev', 'preview']
/** Nothing here is part of a deployment; what is not named counts as if it were. */
const WITHOUT_EFFECT =
  /^(?:docs\/|test\/|sandbox\/|ops\/github\/|\.github\/|\.ci\/|[^/]+\.md$|app\/tests\/|biome\.json$|jest\.config\.js$|Makefile$|\.gitignore$|LICENSE$)/

/** A preview of a stack in a pull request, and the environment of GitHub whose secrets open its state. */
export interface StackPreview {
  stack: string
  environment: 'preview' | 'preview-production'
}

/**
 * The previews that a pull request's jobs make: of production's stacks only where that is asked for,
 * as their state holds the keys to their backups and a preview runs the pull request's own program with it.
 */
export function stackPreviews(
  stacks: string[],
  isProduction: (stack: string) => boolean,
  production: boolean,
): StackPreview[] {
  return stacks
    .map((stack) => ({ stack, own: isProduction(stack) }))
    .filter(({ own }) => production || !own)
    .map(({ stack, own }) => ({ stack, environment: own ? 'preview-production' : 'preview' }))
}

/** Is a stack with settings here called `production`, or an `environment` of that kind? */
export function isProduction(stack: string): boolean {
  const { config } = parse(readFileSync(`Pulumi.${stack}.yaml`, 'utf8')) ?? {}
  const kinds = Object.entries(config ?? {}).filter(([key]) => /^(.*:)?environment$/.test(key))
  return stack === 'production' || kinds.some(([, kind]) => kind === 'Production')
}

/** The stacks that have settings here and are reviewed, in order. */
export function reviewedStacks(files: string[]): string[] {
  return files
    .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .filter((stack) => !NOT_REVIEWED.includes(stack))
    .sort()
}

/** Those of the stacks that a change of these files may change. */
export function affectedStacks(changed: string[], stacks: string[]): string[] {
  const settings = (stack: string) => `Pulumi.${stack}.yaml`
  const own = [...stacks, ...NOT_REVIEWED].map(settings)
  const shared = changed.some((file) => !WITHOUT_EFFECT.test(file) && !own.includes(file))
  return shared ? stacks : stacks.filter((stack) => changed.includes(settings(stack)))
}

/** The files that a pull request changes, former names included; undefined if GitHub lists not all. */
export async function changedFiles(github: GitHub, number: number): Promise<string[] | undefined> {
  const files = await github.paginate(github.rest.pulls.listFiles, {
    ...github.repo,
    pull_number: number,
    per_page: 100,
  })
  if (files.length >= LISTED_FILES) return undefined
  return files.flatMap(({ filename, previous_filename }) =>
    previous_filename ? [filename, previous_filename] : [filename],
  )
}
