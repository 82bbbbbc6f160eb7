import { spawn } from 'node:child_process'
import { sandboxEnvironment } from '../../sandbox/deployment/sandbox.ts'
import { outputs } from '../engine/pulumi.ts'

const STACK = 'dev'

export const help = `padlock ssh [COMMAND ...]

Logs in to the dev stack's droplet as its admin, by the stack's own sshCommand: the key goes
from the encrypted state into an agent of its own, the host's key is pinned.
For a droplet that is not complete yet: ./padlock sandbox ssh

Exit code: that of ssh. 1: there is no complete deployment.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const environment = await sandboxEnvironment()
  const { sshCommand } = (await outputs(STACK, environment)) ?? {}
  if (!sshCommand) {
    throw new Error(`the stack ${STACK} has no sshCommand: it is not complete. Run: make up`)
  }
  const child = spawn('sh', ['-c', withArguments(sshCommand), 'padlock', ...args], {
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** The command is `ssh-agent sh -c '… ssh … admin@IP'`: arguments go through both shells unread. */
function withArguments(sshCommand: string): string {
  return `${sshCommand.replace(/'$/, ' "$@"\'')} ssh "$@"`
}
