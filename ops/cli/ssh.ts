import { logIn, outputsOf } from './login.ts'

export const help = `padlock ssh --stack NAME [COMMAND ...]

Logs in to the droplet of a stack as its admin, by the stack's own sshCommand: the key goes
from the encrypted state into an agent of its own, the host's key is pinned. The stack is
one of the backend that you are logged in to; in the sandbox: . .sandbox/env

Exit code: that of ssh. 1: there is no complete deployment. 2: a wrong command line.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const [flag, stack, ...command] = args
  if (flag !== '--stack' || !stack) {
    console.error(help)
    return 2
  }
  return logIn(stack, await outputsOf(stack), command)
}
