import { setTimeout as sleep } from 'node:timers/promises'
import { checksOf } from './checks.ts'
import { Finding, type Site } from './site.ts'

const PAUSE_MS = 1000

/**
 * Runs every check until it passes, in order, within one deadline: a certificate takes seconds to
 * come, and a first attempt that failed is repeated by Caddy only after a minute.
 * @returns one line for each check.
 * @throws Finding of the check that did not pass in time.
 */
export async function probe(site: Site, seconds: number): Promise<string[]> {
  const deadline = Date.now() + seconds * 1000
  const lines: string[] = []
  for (const check of checksOf(site)) lines.push(await untilPassed(() => check(site), deadline))
  return lines
}

async function untilPassed(check: () => Promise<string>, deadline: number): Promise<string> {
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() + PAUSE_MS > deadline) {
        throw error instanceof Finding ? error : new Finding((error as Error).message, [])
      }
      await sleep(PAUSE_MS)
    }
  }
}
