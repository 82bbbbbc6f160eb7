import { spawn } from 'node:child_process'
import { capture } from '../engine/pulumi.ts'

/**
 * The outputs of a stack of the backend that one is logged in to, secrets left out.
 * @throws Error with the engine's words if there is no such stack
 */
export async function outputsOf(stack: string): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await capture(['stack', 'output', '--json', '--stack', stack])
  if (code === 0) return JSON.parse(stdout)
  throw new Error(`the outputs of ${stack} cannot be read:\n${stderr.trim()}`)
}

/**
 * Logs in by a stack's output sshCommand, and runs a command there; its exit code.
 * @throws Error if the stack has no such output
 */
export function logIn(
  stack: string,
  { sshCommand }: Record<string, string>,
  command: string[],
): Promise<number> {
  if (!sshCommand) {
    throw new Error(`the stack ${stack} has no sshCommand: it is not complete. Fix: pulumi up`)
  }
  const child = spawn('sh', ['-c', withArguments(sshCommand), 'padlock', ...command], {
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/**
 * The command is `ssh-agent sh -c '… ssh … admin@IP'`, or `ssh … admin@IP` where the keys are in an
 * agent: arguments go through the shells unread.
 */
function withArguments(sshCommand: string): string {
  if (!sshCommand.endsWith("'")) return `${sshCommand} "$@"`
  return `${sshCommand.replace(/'$/, ' "$@"\'')} ssh "$@"`
}
