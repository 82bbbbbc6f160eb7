import { openControl } from '../control.ts'
import { lockHolder } from '../daemon/lock.ts'
import { report } from './report.ts'

export const help = `padlock sandbox status [--json]

What runs and where: parts, droplets, what the accounts hold, and problems.
Exit code 0: it runs. 1: it does not.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  if (!(await lockHolder('.sandbox'))) {
    console.log(
      'The sandbox does not run. Start it: ./padlock sandbox up, or a whole deployment: make up',
    )
    return 1
  }
  const status = await openControl('.sandbox').status()
  console.log(args.includes('--json') ? JSON.stringify(status, null, 2) : report(status))
  return 0
}
