import { execFileSync } from 'node:child_process'
import { capture, show } from '../engine/pulumi.ts'
import { reach } from '../preview/reach.ts'
import type { Engine } from './plan.ts'

/** The engine on that stack, wherever its settings lead. */
export async function engineOn(stack: string): Promise<Engine> {
  const own = ['--stack', stack]
  const environment = await reach(stack)
  return {
    capture: (args) => capture([...args, ...own], environment),
    show: (args) => show([...args, ...own, '--non-interactive'], environment),
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
