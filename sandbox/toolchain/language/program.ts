import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { RunRequest } from '@pulumi/pulumi/proto/language_pb.js'

/** How a run ended: `error` is empty after success, and where the program has reported it itself. */
export interface Outcome {
  error: string
  /** The program failed and has told the user why: the engine adds nothing of its own. */
  bail: boolean
}

/** `@pulumi/pulumi/cmd/run` leaves with this code once it has shown the error to the user. */
const REPORTED = 32

/** The program's process, at most one at a time. */
export class Program {
  #child: ChildProcess | undefined

  /** Runs the program to its end; its output goes where ours goes, which the engine shows. */
  run(request: RunRequest, engine: string): Promise<Outcome> {
    const directory = request.getInfo()?.getProgramDirectory() || request.getPwd()
    let runner: string
    try {
      runner = createRequire(join(directory, 'package.json')).resolve('@pulumi/pulumi/cmd/run')
    } catch {
      const error = `@pulumi/pulumi is not installed in ${directory}: run \`npm install\` there.`
      return Promise.resolve({ error, bail: false })
    }
    const options = request.getInfo()?.getOptions()?.toJavaScript() ?? {}
    const args = [...nodeArguments(options), runner, ...runArguments(request, engine)]
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, {
        cwd: request.getPwd() || directory,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: {
          ...process.env,
          PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
          PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
        },
      })
      this.#child = child
      const settle = (outcome: Outcome) => {
        this.#child = undefined
        resolve(outcome)
      }
      child.once('error', (error) => settle({ error: error.message, bail: false }))
      child.once('exit', (code, signal) => settle(outcomeOf(code, signal)))
    })
  }

  /** Ends a program that still runs. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }
}

function outcomeOf(code: number | null, signal: NodeJS.Signals | null): Outcome {
  if (code === 0) return { error: '', bail: false }
  if (code === REPORTED) return { error: '', bail: true }
  if (signal) return { error: `Program was ended by ${signal}`, bail: false }
  return { error: `Program exited with non-zero exit code: ${code}`, bail: false }
}

/** `runtime.options.nodeargs` of Pulumi.yaml: words for node itself, separated by spaces. */
function nodeArguments(options: Record<string, unknown>): string[] {
  return typeof options.nodeargs === 'string' ? options.nodeargs.split(/\s+/).filter(Boolean) : []
}

function runArguments(request: RunRequest, engine: string): string[] {
  const root = request.getInfo()?.getRootDirectory()
  const flags: [string, string | undefined][] = [
    ['--monitor', request.getMonitorAddress()],
    ['--engine', engine],
    ['--organization', request.getOrganization()],
    ['--root-directory', root],
    ['--project', request.getProject()],
    ['--stack', request.getStack()],
    ['--pwd', request.getPwd()],
    ['--parallel', String(request.getParallel())],
  ]
  const args = flags.flatMap(([flag, value]) => (value ? [flag, value] : []))
  if (request.getDryrun()) args.push('--dry-run')
  const entry = request.getInfo()?.getEntryPoint() || request.getProgram() || '.'
  return [...args, entry, ...request.getArgsList()]
}
