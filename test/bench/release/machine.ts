import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ask, outputsOf } from '../../../ops/cli/login.ts'
import type { Target } from './target.ts'

const run = promisify(execFile)
const VARIABLE = 'PADLOCK_BENCH_RELEASE'

/**
 * A stack that is up: each release is a `pulumi up` with another value of one variable of its app, and at
 * the end one without it. The settings of the stack stay as they are.
 */
export async function machine(stack: string, post?: string): Promise<Target> {
  const outputs = await outputsOf(stack)
  const { url, ip } = outputs
  if (!url || !ip) throw new Error(`the stack ${stack} is not up: it has no url`)
  const folder = mkdtempSync(join(tmpdir(), 'padlock-bench-'))
  const file = join(folder, 'settings.yaml')
  const { stdout: settings } = await run('pulumi', ['config', '--stack', stack, '--json'])
  if (settings.includes(VARIABLE))
    throw new Error(`${VARIABLE} is left from a run that was cut off`)
  const up = (more: string[]) =>
    run('pulumi', ['up', '--yes', '--skip-preview', '--non-interactive', '--stack', stack, ...more])
  const swapped = async () => {
    const { stdout } = await ask(stack, outputs, ['releases', 'list'])
    return (JSON.parse(stdout) as { state: string; release: string; when: string }[]).find(
      ({ state }) => state === 'live',
    )!
  }
  const given = process.env.PADLOCK_SETTINGS ?? `Pulumi.${stack}.yaml`
  const { stdout: original } = await run('cat', [given])
  writeFileSync(file, original)
  let count = 0
  const set = (path: string, value: string) =>
    run('pulumi', ['config', 'set', '--stack', stack, '--config-file', file, '--path', path, value])
  return {
    name: `padlock, stack ${stack}`,
    url: `${url.replace(/\/$/, '')}/`,
    post,
    address: ip,
    async release() {
      await set(`appEnv.${VARIABLE}`, `${++count}-${Date.now()}`)
      await up(['--config-file', file])
      return Date.parse((await swapped()).when)
    },
    async breaks() {
      const before = (await swapped()).release
      await set('readyPath', '/padlock-bench-answers-404')
      await set('readySeconds', '10')
      const { stdout, stderr, failed } = await up(['--config-file', file]).then(
        (good) => ({ ...good, failed: false }),
        (error: { stdout: string; stderr: string }) => ({ ...error, failed: true }),
      )
      if (!failed || (await swapped()).release !== before) {
        throw new Error(`a broken release serves:\n${stdout}${stderr}`)
      }
      writeFileSync(file, original)
    },
    async close() {
      rmSync(folder, { recursive: true, force: true })
      await up([])
    },
  }
}
