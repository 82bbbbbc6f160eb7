import { type Dirent, existsSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { log, RunError } from '@pulumi/pulumi'
import { ALWAYS, type IgnoreRules, ignoreRules } from './ignore-rules.ts'

/** A file that is sent, or a link to something inside the folder or to a place in the image. */
export interface SentFile {
  /** Relative to the folder, with `/`. */
  path: string
  /** Where a symbolic link leads, as it stands in it. */
  link?: string
}

/**
 * What of a folder is sent to be built, in a fixed order: files and links without what the ignore
 * file names, no empty folders. A link that leads nowhere is left out with a warning: editors lock
 * files with such links.
 * @throws RunError naming every link that leads to a file outside of the folder
 */
export function sentFiles(folder: string): SentFile[] {
  const files = walk(folder, ignoreRules(folder), '')
  const outside = files.filter(({ path, link }) => link !== undefined && leaves(folder, path, link))
  if (outside.length > 0) {
    const links = outside.map(({ path, link }) => `  - ${join(folder, path)} leads to ${link}`)
    throw new RunError(
      `appSource ${folder} has links to files outside of it, which are not sent:\n${links.join('\n')}\n` +
        `    Fix: put a copy in its place, or name the link in ${join(folder, '.dockerignore')}`,
    )
  }
  return files
}

function walk(folder: string, rules: IgnoreRules, below: string): SentFile[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below ? `${below}/${entry.name}` : entry.name
      if (entry.isDirectory()) return rules.prunes(path) ? [] : walk(folder, rules, path)
      return rules.ignores(path) ? [] : sent(folder, path, entry)
    })
}

function sent(folder: string, path: string, entry: Dirent): SentFile[] {
  if (entry.isFile()) return [{ path }]
  if (!entry.isSymbolicLink()) return []
  const link = readlinkSync(join(folder, path))
  if (isAbsolute(link)) return [{ path, link }]
  if (!existsSync(join(folder, path))) {
    log.warn(`${join(folder, path)} is a link to ${link}, which is not there: it is not sent`)
    return []
  }
  // The build reads these itself, and what they lead to may be left out.
  const followed = ALWAYS.includes(path) && !leaves(folder, path, link)
  return followed && statSync(join(folder, path)).isFile() ? [{ path }] : [{ path, link }]
}

/** An absolute link means a place in the image, so it leads to nothing of this computer. */
function leaves(folder: string, path: string, link: string): boolean {
  if (isAbsolute(link)) return false
  const inside = (place: string) => !relative(folder, place).split('/').includes('..')
  const real = relative(realpathSync(folder), realpathSync(join(folder, path)))
  return !inside(join(folder, dirname(path), link)) || real.split('/')[0] === '..'
}
