import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cacheFolder } from '../../../sandbox/deployment/sandbox.ts'
import { ensureToolchain } from '../../../sandbox/toolchain/index.ts'

const DIR = '.sandbox'

export const help = `padlock github engine

Makes the pinned Pulumi engine and its plugins ready for the next steps of a job: their
variables go to GITHUB_ENV, the engine's folder to GITHUB_PATH. Where the vendor's download
is out of reach the engine is built, which takes Go and some minutes.

Exit code 0: ready.`

/** The verb. */
export async function run(): Promise<number> {
  const { GITHUB_ENV, GITHUB_PATH } = process.env
  if (!GITHUB_ENV || !GITHUB_PATH) {
    throw new Error('GITHUB_ENV and GITHUB_PATH are not set: this is no step of a workflow')
  }
  const { pulumi, summary, env } = await ensureToolchain({
    home: `${DIR}/pulumi`,
    cache: cacheFolder(),
    progress: (line) => console.error(line),
  })
  const { PATH: _, ...variables } = env
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`)
  await appendFile(GITHUB_ENV, lines.join(''))
  await appendFile(GITHUB_PATH, `${dirname(pulumi)}\n`)
  console.log(summary)
  return 0
}
