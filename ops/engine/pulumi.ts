import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { withoutAttempts } from './attempts.ts'
import { pathWithNode } from './node.ts'
import { withOrganization } from './stack-reference.ts'

export interface Result {
  code: number
  stdout: string
  stderr: string
}

/**
 * Runs the engine in the project's folder and keeps what it prints.
 * @param input for its standard input
 */
export function capture(
  args: string[],
  environment: Record<string, string> = {},
  input?: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn('pulumi', [...withOrganization(args), '--non-interactive'], {
      env: variables(environment),
      stdio: 'pipe',
    })
    const result: Result = { code: 1, stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => {
      result.stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      result.stderr += chunk
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', (error) => reject(explained(error)))
    child.on('close', (code) => resolve({ ...result, code: code ?? 1 }))
  })
}

/**
 * Runs the engine before the user's eyes; its exit code. Without a terminal, where nothing can be
 * overwritten, the attempts to reach a host that still boots are left out.
 * @param hear gets what goes to standard error, which then is no terminal to the engine
 */
export function show(
  args: string[],
  environment: Record<string, string> = {},
  hear?: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('pulumi', withOrganization(args), {
      env: variables(environment),
      stdio: ['ignore', process.stdout.isTTY ? 'inherit' : 'pipe', hear ? 'pipe' : 'inherit'],
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      process.stderr.write(text)
      hear?.(text)
    })
    if (child.stdout) {
      createInterface(child.stdout).on('line', (line) => {
        const told = withoutAttempts(line)
        if (told !== undefined) process.stdout.write(`${told}\n`)
      })
    }
    // The terminal sends Ctrl-C to the engine too, and its end is waited for.
    const wait = () => undefined
    process.on('SIGINT', wait)
    child.on('error', (error) => reject(explained(error)))
    child.on('close', (code) => {
      process.off('SIGINT', wait)
      resolve(code ?? 1)
    })
  })
}

function variables(environment: Record<string, string>): NodeJS.ProcessEnv {
  const all = { ...process.env, ...environment }
  return { ...all, PATH: pathWithNode(all.PATH) }
}

function explained(error: NodeJS.ErrnoException): Error {
  if (error.code !== 'ENOENT') return error
  return new Error(
    'there is no pulumi on PATH. Fix: install it (https://www.pulumi.com/docs/install/); for the sandbox: make up, then . .sandbox/env',
  )
}

/** Selects the stack and makes it if there is none. */
export async function selectStack(
  stack: string,
  environment: Record<string, string>,
): Promise<void> {
  const { code, stderr } = await capture(['stack', 'select', stack, '--create'], environment)
  if (code !== 0) throw new Error(`the stack ${stack} cannot be opened:\n${stderr.trim()}`)
}

/** The stack's outputs without secrets; undefined if there is no such stack, or nothing in it. */
export async function outputs(
  stack: string,
  environment: Record<string, string>,
): Promise<Record<string, string> | undefined> {
  const { code, stdout } = await capture(
    ['stack', 'output', '--json', '--stack', stack],
    environment,
  )
  const found = code === 0 ? (JSON.parse(stdout) as Record<string, string>) : {}
  return Object.keys(found).length > 0 ? found : undefined
}
