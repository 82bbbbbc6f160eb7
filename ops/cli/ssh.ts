import { chosenStack, logIn, outputsOf } from './login.ts'

export const help = `padlock ssh [--stack NAME] [COMMAND ...]

Logs in to the droplet of a stack as its admin, by the stack's own sshCommand: the key goes
from the encrypted state into an agent of its own, the host's key is pinned. The stack is
one of the backend that you are logged in to; in the sandbox: . .sandbox/env

  --stack NAME   before the command. Default: the stack that is selected

Exit code: that of ssh. 1: there is no complete deployment. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const said = spoken(args)
  if (!said) {
    console.error(help)
    return 2
  }
  const stack = await chosenStack(said.stack)
  return logIn(stack, await outputsOf(stack), said.command)
}

/**
 * The stack that is named, and the command, whose words are its own from the first on; undefined where
 * an option is no option of the verb, or is behind the command, which would go to another stack.
 */
export function spoken(args: string[]): { stack?: string; command: string[] } | undefined {
  const [first = '', ...rest] = args
  const [stack, ...command] = first === '--stack' ? rest : [named(first), ...rest]
  if (stack) return { stack, command }
  return first.startsWith('--') || args.some(isStack) ? undefined : { command: args }
}

const named = (word: string): string => /^--stack=(.*)$/.exec(word)?.[1] ?? ''
const isStack = (word: string): boolean => /^--stack(=|$)/.test(word)
