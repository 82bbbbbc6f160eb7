import { parseArgs } from 'node:util'
import { operator } from '../../config/checkout/operator.ts'
import { rollBack } from '../releases/rollback.ts'
import { chosenStack, outputsOf } from './login.ts'

export const help = `padlock rollback [RELEASE] [--stack NAME] [--schema-compatible]

Puts a release that is still on the host in the place of the live one: no build, no pull, by
the same swap as a release, so no request is lost. Default: the one that was released before
the live one. The stack is the one that is selected, unless it is named. ./padlock releases
lists what there is.

The release comes back as it was, its environment and its secrets included. Meanwhile the
state names it as live, and the next preview and update bring the release of the program
back: go back in git too, or mend what was wrong.

A releaseCommand does not run, and none is undone. A release that others' releaseCommand has
run since is refused, as it may not know the database any more.

  --schema-compatible   it does know it

Exit code 0: it serves. 1: the message says why not. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      stack: { type: 'string' },
      'schema-compatible': { type: 'boolean', default: false },
    },
  })
  const [release] = positionals
  if (positionals.length > 1 || (release && !/^[0-9a-f]{12}$/.test(release))) {
    console.error(`padlock rollback: a release is 12 hexadecimal digits\n\n${help}`)
    return 2
  }
  const stack = await chosenStack(values.stack)
  const began = Date.now()
  const compatible = values['schema-compatible']
  const back = await rollBack(stack, await outputsOf(stack), release, operator(), compatible)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  const how = back.already
    ? 'was live already, and the state names it now'
    : `serves, after ${seconds} s`
  console.log(`release ${back.release} of commit ${back.commit} ${how}`)
  if (back.next)
    console.log(`the next pulumi up brings release ${back.next} of the state back, or a newer one`)
  return 0
}
