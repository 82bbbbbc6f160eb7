import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { nodeExecutable } from '../../../sandbox/toolchain/launcher.ts'
import { root } from './sandbox.ts'

export interface RunningIssuer {
  issuer: string
  stop(): Promise<void>
}

/** An issuer of OpenID Connect that is no Auth0 tenant, under the authority whose files lie in `dir`. */
export async function startIssuer(dir: string, options: object): Promise<RunningIssuer> {
  const program = join(root, 'test/support/issuer.ts')
  const child: ChildProcess = spawn(nodeExecutable(), [program, dir, JSON.stringify(options)])
  const exited = once(child, 'exit')
  const log = child.stderr ? text(child.stderr) : Promise.resolve('')
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line'),
    exited.then(async () => {
      throw new Error(`the issuer does not start:\n${await log}`)
    }),
  ])
  return {
    issuer: JSON.parse(line).issuer,
    async stop() {
      child.stdin?.end()
      await exited
    },
  }
}
