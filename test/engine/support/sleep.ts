import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Sandbox } from './sandbox.ts'

/** The time to live of a record that moves, seconds, which an update waits. */
const MOVING_TTL = '60'

/**
 * Puts a `sleep` on PATH that keeps the time to live in a file and comes back: nobody remembers a record
 * of these sandboxes. test/long waits for it.
 */
export function withShortSleep({ dir }: Sandbox, path: string | undefined): string {
  const bin = join(dir, 'bin')
  mkdirSync(bin, { recursive: true })
  const script = `#!/bin/sh
[ "$*" = ${MOVING_TTL} ] || exec "$(command -pv sleep)" "$@"
echo "$1" >>'${fileOf(dir)}'
`
  writeFileSync(join(bin, 'sleep'), script, { mode: 0o755 })
  return [bin, path].join(delimiter)
}

/** How often updates have waited for that time. */
export function waits({ dir }: Sandbox): number {
  const file = fileOf(dir)
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').length : 0
}

const fileOf = (dir: string) => join(dir, 'slept')
