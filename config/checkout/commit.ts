import { spawnSync } from 'node:child_process'

/** How a commit with changed files is written. */
const DIRTY = '-dirty'

/**
 * The commit of this folder, 40 hex digits, with `-dirty` behind it where tracked files differ from
 * it; undefined where there is no git or no repository.
 */
export function commitHere(): string | undefined {
  const head = git('rev-parse', 'HEAD')
  if (head === undefined) return undefined
  return git('status', '--porcelain', '--untracked-files=no') === '' ? head : `${head}${DIRTY}`
}

/** Do tracked files other than this one, whose path is below the working directory, differ from the commit? */
export const isDirtyBeside = (path: string): boolean =>
  git('status', '--porcelain', '--untracked-files=no', '--', ':/', `:(exclude)${path}`) !== ''

export const isDirty = (commit: string): boolean => commit.endsWith(DIRTY)

/**
 * Is this commit part of what is checked out here? One that is not known here is not, as a
 * colleague's that was never fetched; of a shallow clone nobody can tell.
 */
export function isPartOfHead(commit: string): boolean | undefined {
  const id = commit.replace(DIRTY, '')
  if (git('merge-base', '--is-ancestor', id, 'HEAD') !== undefined) return true
  return git('rev-parse', '--is-shallow-repository') === 'true' ? undefined : false
}

/** What git prints; undefined where it fails. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
