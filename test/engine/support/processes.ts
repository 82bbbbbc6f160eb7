import { type ChildProcess, spawn } from 'node:child_process'

export interface Ran {
  code: number | null
  /** Both streams in order of arrival. */
  output: string
  stdout: string
  seconds: number
}

export interface Running {
  process: ChildProcess
  done: Promise<Ran>
}

/** Starts a program and keeps what it prints. */
export function start(
  program: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; detached?: boolean },
): Running {
  const began = Date.now()
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const done = new Promise<Ran>((resolve, reject) => {
    let output = ''
    let stdout = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, output, stdout, seconds: (Date.now() - began) / 1000 }),
    )
  })
  return { process: child, done }
}
