import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import balena from '@balena/dockerignore'
import { RunError } from '@pulumi/pulumi'

/** Build files, the first that is there counts (podman-build(1)). */
const BUILD_FILES = ['Containerfile', 'Dockerfile']
/** Ignore files, the first that is there counts; one of a build file comes before the folder's. */
const IGNORE_FILES = [
  ...BUILD_FILES.flatMap((file) => [`${file}.containerignore`, `${file}.dockerignore`]),
  '.containerignore',
  '.dockerignore',
]
/** Sent whatever the rules say, as the build reads them itself. */
export const ALWAYS = [...BUILD_FILES, ...IGNORE_FILES]
/** Never sent, whatever the rules say. */
const NEVER = ['**/.git', '**/.env', '**/.env.*', '!**/.env.example']

export interface IgnoreRules {
  /** Is this path, relative to the folder and with `/`, left out? */
  ignores(path: string): boolean
  /** Is nothing below this folder sent? */
  prunes(folder: string): boolean
}

const patterns = (text: string) => balena.default({ ignorecase: false }).add(text)

/**
 * Docker's rules (https://docs.docker.com/build/concepts/context/#dockerignore-files) of the
 * folder's ignore file, which Podman applies too; a folder without one is sent whole.
 * @throws RunError naming the file if a pattern of it cannot be understood
 */
export function ignoreRules(folder: string): IgnoreRules {
  const [name = '', text = ''] = ignoreFile(folder) ?? []
  const rules = patterns(literal(text))
  const never = patterns(NEVER.join('\n'))
  const back = readmitted(text)
  const left = (path: string) => {
    try {
      return rules.ignores(path)
    } catch (error) {
      throw new RunError(`${join(folder, name)} has a pattern that is none: ${error}`)
    }
  }
  return {
    ignores: (path) => never.ignores(path) || (left(path) && !ALWAYS.includes(path)),
    prunes: (path) =>
      never.ignores(path) || (left(path) && !back.some((prefix) => meet(prefix, `${path}/`))),
  }
}

function ignoreFile(folder: string): [string, string] | undefined {
  for (const name of IGNORE_FILES) {
    try {
      return [name, readFileSync(join(folder, name), 'utf8').replace(/^\uFEFF/, '')]
    } catch {
      // Not there.
    }
  }
}

/** The library takes these for operators of a regular expression; to Docker they are characters. */
function literal(text: string): string {
  return text.replace(/\\.|[+(){}|]/g, (found) => (found.length > 1 ? found : `\\${found}`))
}

/** What the `!` patterns begin with, up to their first character that is none of a name. */
function readmitted(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const pattern = /^\s*!\s*(.+)/.exec(line)?.[1]
    if (pattern === undefined) return []
    const clean = posix.normalize(pattern.trim()).replace(/^\//, '')
    return [clean.replace(/[*?[\\].*/, '')]
  })
}

const meet = (prefix: string, path: string) => prefix.startsWith(path) || path.startsWith(prefix)
