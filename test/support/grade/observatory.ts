import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../../../sandbox/lock.ts'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'

const HERE = join(import.meta.dirname, 'observatory')
const run = promisify(execFile)

/** What Mozilla's HTTP Observatory says of a site. */
export interface Graded {
  grade: string
  score: number
  /** Its tests that a site does not pass, with the reason. */
  failed: Record<string, string>
}

/** A site on loopback. */
export interface Local {
  name: string
  httpPort: number
  httpsPort: number
  /** File of what its certificate chains to, PEM. */
  root: string
}

/** Grades by Mozilla's own program (MPL-2.0, npm) as it would on the site's public ports. */
export async function observatoryGrade(cache: string, site: Local): Promise<Graded> {
  const folder = await ensureObservatory(cache)
  const { name, httpPort, httpsPort, root } = site
  const { stdout } = await run(
    nodeExecutable(),
    [join(HERE, 'scan.js'), folder, name, `${httpPort}`, `${httpsPort}`],
    { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: root } },
  )
  const { scan, tests } = JSON.parse(stdout)
  const failed = Object.entries<{ pass: boolean; result: string }>(tests)
    .filter(([, { pass }]) => !pass)
    .map(([test, { result }]) => [test, result])
  return { grade: scan.grade, score: scan.score, failed: Object.fromEntries(failed) }
}

/**
 * The package, from the cache or installed into it: some 15 s and 130 MB. It is no dependency of the
 * project, as its installation fetches Chromium's list of preloaded names from the network: without
 * its scripts, and with an empty list, it installs from the registry alone.
 */
async function ensureObservatory(cache: string): Promise<string> {
  const lock = await readFile(join(HERE, 'package-lock.json'))
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 12)
  const done = join(cache, `observatory-${key}`)
  const inside = 'node_modules/@mdn/mdn-http-observatory'
  mkdirSync(cache, { recursive: true })
  return withLock(join(cache, 'observatory.lock'), console.log, async () => {
    if (existsSync(done)) return join(done, inside)
    const work = `${done}.part`
    await rm(work, { recursive: true, force: true })
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(HERE, file), join(work, file))
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: work })
    await writeFile(join(work, inside, 'conf', 'hsts-preload.json'), '{}')
    await rename(work, done)
    return join(done, inside)
  })
}
