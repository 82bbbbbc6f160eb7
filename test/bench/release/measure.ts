import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { load, type Measured } from './load.ts'
import type { Target } from './target.ts'

export interface ReleaseBench {
  measured: Measured[]
  /** When each release took the former one's place, milliseconds since 1970. */
  swaps: number[]
  /** Was a broken one tried between them? */
  broken: boolean
}

export interface ReleaseBenchOptions {
  releases: number
  /** That the load is to make, at least. */
  requests: number
  /** From the begin of a release to that of the next, seconds, or longer where one takes longer. */
  interval: number
  /**
   * Requests a second of each load, for a machine that more would keep from its releases; absent, as many as
   * make the wanted requests in the wanted time, and more by connections of their own.
   */
  pace?: number
}

/** Before the first release, seconds. */
const CALM = 5

/**
 * Releases one after the other under load, a broken one in their midst; the load goes on until all are
 * done and kept connections have made the wanted requests.
 * @throws Error where a release fails
 */
export async function measureReleases(
  target: Target,
  { releases, requests, interval, pace }: ReleaseBenchOptions,
): Promise<ReleaseBench> {
  const { url, post, address, cookie } = target
  const rate = pace ?? Math.ceil(requests / (post ? 4 : 2) / (CALM + releases * interval))
  const folder = mkdtempSync(join(tmpdir(), 'padlock-load-'))
  let releasing = true
  const goesOn = (made: number) => releasing || made < requests
  try {
    const loading = load({ url, post, address, cookie, rate, anew: pace, folder, goesOn })
    loading.catch(() => undefined)
    const swaps: number[] = []
    try {
      await sleep(CALM * 1000)
      for (let turn = 0; turn < releases; turn++) {
        const next = Date.now() + interval * 1000
        if (turn === Math.floor(releases / 2)) await target.breaks?.()
        swaps.push(await target.release())
        await sleep(Math.max(0, next - Date.now()))
      }
    } catch (error) {
      requests = 0
      throw error
    } finally {
      releasing = false
      await loading
    }
    return { measured: await loading, swaps, broken: target.breaks !== undefined }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
