import { parseArgs } from 'node:util'
import { listing } from '../releases/listing.ts'
import { table } from '../releases/table.ts'
import { chosenStack, outputsOf } from './login.ts'

export const help = `padlock releases [--stack NAME] [--json]

The releases on the host of a stack (default: the one that is selected), the last one first:
release, when it was released, from which commit and by whom, and its state:

  live     serves
  kept     served before; ./padlock rollback brings it back
  gone     served before, but its image is not there any more
  failed   was tried last, and did not become ready

  --json   for programs: a list of objects

Exit code 0: printed. 1: no such stack, or its host cannot be reached. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { stack: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const stack = await chosenStack(values.stack)
  const releases = await listing(stack, await outputsOf(stack))
  console.log(values.json ? JSON.stringify(releases, null, 2) : table(releases))
  return 0
}
