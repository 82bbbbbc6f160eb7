import { relative } from 'node:path'
import { capture, outputs } from '../../ops/engine/pulumi.ts'
import { openControl } from '../control.ts'
import { isRunning, SANDBOX, sandboxEnvironment } from '../deployment/environment.ts'
import { summary } from '../deployment/table.ts'
import { report } from './report.ts'

export const help = `padlock sandbox status [--json]

What runs on this computer: the sandbox's parts, its droplets and accounts, problems, the
stacks in its backend and how to open each.

  --json   the sandbox's own account of itself as JSON, without the stacks

Exit code 0: it runs. 1: it does not.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (!(await isRunning())) {
    console.log(
      'Nothing runs. A whole deployment: make up; the sandbox alone: ./padlock sandbox start',
    )
    return 1
  }
  const status = await openControl(SANDBOX).status()
  if (args.includes('--json')) {
    console.log(JSON.stringify(status, null, 2))
    return 0
  }
  console.log(report(status))
  const environment = await sandboxEnvironment()
  const { stdout } = await capture(['stack', 'ls', '--json'], environment)
  for (const { name } of JSON.parse(stdout || '[]') as { name: string }[]) {
    const found = await outputs(name, environment)
    const root = relative('.', `${SANDBOX}/ca/root.pem`)
    console.log(`\nstack ${name}${found ? `\n${summary(found, root)}` : ': nothing in it'}`)
  }
  return 0
}
