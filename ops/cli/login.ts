import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { capture, type Result } from '../engine/pulumi.ts'

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
  const child = spawn('sh', shell(stack, sshCommand, command), { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Options of ssh for a command that asks for nothing; it takes them behind the address too. */
const UNATTENDED = [
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=15',
  '-o',
  'ServerAliveInterval=15',
]
/** Of ssh itself; a command's own code is that of the command (ssh(1)). */
const NO_CONNECTION = 255
/** A shell that stays beside the program has a code for its signal, where ssh has 255 for any (sh(1p), `exit`). */
const WITH_SIGNALS = [';', 'exit', '$?']
const SIGNALLED = 128

/**
 * Runs a program of ours on a stack's host, as root, and keeps what it prints.
 * @param words the program's name below /usr/lib/padlock and its arguments, none of which a shell
 *   would read
 * @param input for its standard input
 * @param tell gets each line of its standard error as it comes
 * @throws Error if the host cannot be reached, has no such program, or a signal ended it
 */
export async function ask(
  stack: string,
  outputs: Record<string, string>,
  words: string[],
  input = '',
  tell?: (line: string) => void,
): Promise<Result> {
  const child = onHost(stack, outputs, words)
  if (tell) createInterface(child.stderr).on('line', tell)
  child.stdin.end(input)
  const output = text(child.stdout)
  const { code, stderr } = await ended(stack, child, words)
  return { code, stdout: await output, stderr }
}

/**
 * Runs one before the user's eyes; its exit code. Its standard input stays open for as long as
 * somebody listens, so that it need not outlive this process.
 * @throws Error as `ask` does
 */
export async function watch(
  stack: string,
  outputs: Record<string, string>,
  words: string[],
): Promise<number> {
  const child = onHost(stack, outputs, words)
  child.stdout.pipe(process.stdout)
  let stopped = false
  const stop = () => {
    stopped = true
    child.stdin.end()
  }
  process.on('SIGINT', stop)
  // Such as `head`, which has read enough.
  process.stdout.on('error', () => child.kill())
  try {
    const { code, stderr } = await ended(stack, child, words).catch((error) => {
      if (stopped) return { code: 0, stderr: '' }
      throw error
    })
    process.stderr.write(stopped ? '' : stderr)
    return stopped ? 0 : code
  } finally {
    process.off('SIGINT', stop)
  }
}

function onHost(
  stack: string,
  { sshCommand }: Record<string, string>,
  [name, ...rest]: string[],
): ChildProcessWithoutNullStreams {
  const command = [...UNATTENDED, 'sudo', `/usr/lib/padlock/${name}`, ...rest, ...WITH_SIGNALS]
  const child = spawn('sh', shell(stack, sshCommand, command), { stdio: 'pipe' })
  child.stdin.on('error', () => undefined)
  return child
}

async function ended(
  stack: string,
  child: ChildProcessWithoutNullStreams,
  [name]: string[],
): Promise<{ code: number; stderr: string }> {
  const errors = text(child.stderr)
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  const stderr = await errors
  if (code === NO_CONNECTION) {
    throw new Error(
      `the host of ${stack} cannot be reached; README, "Locked out", has the ways in:\n${stderr.trim()}`,
    )
  }
  const [signal] =
    Object.entries(constants.signals).find(([, number]) => number === code - SIGNALLED) ?? []
  if (signal !== undefined) {
    const lack = signal === 'SIGKILL' ? ', as the kernel does where memory lacks' : ''
    throw new Error(
      `${name} on the host of ${stack} was ended by ${signal}${lack}: sudo journalctl --since -10min there\n${stderr.trim()}`,
    )
  }
  if (code !== 0 && /^sudo: \S+: command not found/m.test(stderr)) {
    throw new Error(
      `the host of ${stack} has no ${name}: its software is older than this program. Fix: pulumi up`,
    )
  }
  return { code, stderr }
}

/** Arguments for sh: the command is the shell's own parameters. */
function shell(stack: string, sshCommand: string | undefined, command: string[]): string[] {
  if (!sshCommand) {
    throw new Error(`the stack ${stack} has no sshCommand: it is not complete. Fix: pulumi up`)
  }
  return ['-c', withArguments(sshCommand), 'padlock', ...command]
}

/**
 * The command is `ssh-agent sh -c '… ssh … admin@IP'`, or `ssh … admin@IP` where the keys are in an
 * agent: arguments go through the shells unread.
 */
function withArguments(sshCommand: string): string {
  if (!sshCommand.endsWith("'")) return `${sshCommand} "$@"`
  return `${sshCommand.replace(/'$/, ' "$@"\'')} ssh "$@"`
}

/**
 * The stack that is named, or the one that is selected.
 * @throws Error if none is
 */
export async function chosenStack(named: string | undefined): Promise<string> {
  if (named) return named
  const { code, stdout } = await capture(['stack', '--show-name'])
  if (code === 0) return stdout.trim()
  throw new Error('which stack? --stack NAME, or select one: pulumi stack select NAME')
}
