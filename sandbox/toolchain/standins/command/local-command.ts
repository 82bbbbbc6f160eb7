import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import type { local } from '@pulumi/command'
import type { Context } from '../server/types.ts'
import { commandResource, type Run } from './command-resource.ts'
import { commandError, Output, type Stream } from './output.ts'
import type { Fields } from './schema.ts'

const INPUTS: Fields<local.CommandArgs> = {
  name: 'local.CommandInputs',
  fields: {
    create: { kind: 'string' },
    update: { kind: 'string' },
    delete: { kind: 'string' },
    dir: { kind: 'string' },
    environment: { kind: 'strings' },
    interpreter: { kind: 'texts' },
    stdin: { kind: 'string' },
    logging: { kind: 'string' },
    addPreviousOutputInEnv: { kind: 'bool' },
    triggers: { kind: 'any' },
    assetPaths: { kind: 'texts', unsupported: true },
    archivePaths: { kind: 'texts', unsupported: true },
  },
}

/** `local.Command`: a command on this computer. */
export const localCommand = commandResource(INPUTS, runLocally)

async function runLocally(run: Run, context: Context<unknown>): Promise<Record<Stream, string>> {
  const { command, inputs, previous } = run
  const output = new Output(String(inputs.logging ?? 'stdoutAndStderr'), context.log)
  const given = (inputs.interpreter ?? []) as string[]
  const [program, ...args] = given.length > 0 ? given : ['/bin/sh', '-c']
  const dir = inputs.dir as string | undefined
  if (dir !== undefined && !statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw commandError(`chdir ${dir}: no such file or directory`, command, output)
  }
  const fault = await new Promise<string | undefined>((resolve) => {
    const child = spawn(program!, [...args, command], {
      cwd: dir,
      signal: context.signal,
      env: {
        ...process.env,
        ...(inputs.environment as Record<string, string> | undefined),
        ...Object.fromEntries(previous),
      },
    })
    child.once('error', (error: NodeJS.ErrnoException) => resolve(startFault(program!, error)))
    child.once('close', (code, signal) => resolve(exitFault(code, signal)))
    child.stdout.on('data', (chunk: Buffer) => output.add('stdout', chunk))
    child.stderr.on('data', (chunk: Buffer) => output.add('stderr', chunk))
    // A command that does not read its stdin breaks that pipe: no fault of it.
    child.stdin.on('error', () => {})
    child.stdin.end(String(inputs.stdin ?? ''))
  })
  context.signal.throwIfAborted()
  output.finish()
  if (fault) throw commandError(fault, command, output)
  return output.results()
}

function startFault(program: string, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `fork/exec ${program}: ${error.message}`
  if (!program.includes('/')) return `exec: "${program}": executable file not found in $PATH`
  return `fork/exec ${program}: no such file or directory`
}

/** Go's words for the signals that people meet. */
const SIGNALS: Record<string, string> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGSEGV: 'segmentation fault',
}

function exitFault(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal) return `signal: ${SIGNALS[signal] ?? signal}`
  return code === 0 ? undefined : `exit status ${code}`
}
