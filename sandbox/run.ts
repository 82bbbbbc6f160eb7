import { spawn } from 'node:child_process'

/**
 * Runs a program to its end and gives what it printed.
 * @throws if it cannot be started or fails, with its last lines
 */
export function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    // Said, as Jest gives its tests a process.env that is theirs alone.
    const child = spawn(program, args, {
      ...{ env: process.env, ...options },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed: Buffer[] = []
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => printed.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`this computer has no ${program}`) : error),
    )
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(printed).toString('utf8'))
      const words = Buffer.concat([...printed, ...said])
        .toString('utf8')
        .trim()
        .split('\n')
      const how = signal ?? `exit code ${code}`
      reject(new Error(`${program} failed (${how}):\n${words.slice(-8).join('\n')}`))
    })
  })
}
