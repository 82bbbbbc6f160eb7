import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'

/** The most characters of a name that are kept; the host takes no more than 200. */
const LIMIT = 100

/**
 * Who runs this, as one line for the list of releases, which grants nothing: PADLOCK_OPERATOR, in a
 * workflow of GitHub the account that started it (GITHUB_ACTOR), else git's `user.name` and
 * `user.email`, else the name of the user on this computer.
 */
export function operator(environment: NodeJS.ProcessEnv = process.env): string {
  const name = environment.PADLOCK_OPERATOR || environment.GITHUB_ACTOR || gitUser() || userName()
  return line(name) || 'unknown'
}

function gitUser(): string {
  const ask = (key: string) =>
    spawnSync('git', ['config', '--get', key], { encoding: 'utf8' }).stdout?.trim() ?? ''
  const [name, address] = [ask('user.name'), ask('user.email')]
  return name && address ? `${name} <${address}>` : name || address
}

/** A user id without a name, as in a container, has none. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

const line = (text: string): string =>
  text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, LIMIT)
    .trim()
