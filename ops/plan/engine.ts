import { execFileSync } from 'node:child_process'
import { capture, show } from '../engine/pulumi.ts'
import type { Engine } from './plan.ts'

/** The engine on that stack of the backend that one is logged in to. */
export function engineOn(stack: string): Engine {
  const own = ['--stack', stack]
  return {
    capture: (args) => capture([...args, ...own]),
    show: (args) => show([...args, ...own, '--non-interactive']),
  }
}

/**
 * The commit of this folder.
 * @throws Error if files differ from it: a plan must be of what was reviewed
 */
export function commitHere(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--untracked-files=no')
  if (changed) {
    throw new Error(`files differ from the commit; commit or restore them:\n${changed}`)
  }
  return git('rev-parse', 'HEAD')
}
