import { relative } from 'node:path'
import { report } from '../../sandbox/cli/report.ts'
import { openControl, readSandbox } from '../../sandbox/control.ts'
import { lockHolder } from '../../sandbox/daemon/lock.ts'
import { sandboxEnvironment } from '../../sandbox/deployment/sandbox.ts'
import { summary } from '../../sandbox/deployment/table.ts'
import { capture, outputs } from '../engine/pulumi.ts'

const DIR = '.sandbox'

export const help = `padlock status

What runs on this computer: the sandbox, its droplets and accounts, the stacks and how to
open each.
Exit code 0: the sandbox runs. 1: it does not.`

/** The verb. */
export async function run(): Promise<number> {
  const sandbox = await readSandbox(DIR)
  if (!sandbox || !(await lockHolder(DIR))) {
    console.log('Nothing runs. Bring a deployment up: make up')
    return 1
  }
  console.log(report(await openControl(DIR).status()))
  const environment = await sandboxEnvironment()
  const { stdout } = await capture(['stack', 'ls', '--json'], environment)
  for (const { name } of JSON.parse(stdout || '[]') as { name: string }[]) {
    const found = await outputs(name, environment)
    console.log(
      `\nstack ${name}${found ? `\n${summary(found, relative('.', sandbox.ca))}` : ': nothing in it'}`,
    )
  }
  return 0
}
