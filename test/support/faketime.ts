import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A clock of its own for programs that ask libc for the time: Go's do not. */
export interface Clock {
  /** For their environment. */
  env: Record<string, string>
  /** So many days after what this computer's clock says, which is what it begins with. */
  set(days: number): void
}

/**
 * What waits for a number of seconds goes on to wait for as many.
 * @param file that says how far the clock is off; whoever asks for the time must be able to read it
 * @throws Error that names the package if the library is not there (faketime(1))
 */
export function newClock(file: string): Clock {
  const set = (days: number) => writeFileSync(file, `+${days}d\n`, { mode: 0o644 })
  set(0)
  return {
    env: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  }
}

function library(): string {
  for (const one of readdirSync('/usr/lib')) {
    const found = join('/usr/lib', one, 'faketime/libfaketimeMT.so.1')
    if (existsSync(found)) return found
  }
  throw new Error('no libfaketimeMT.so.1 below /usr/lib: apt-get install faketime')
}
