import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AnalyzerStackConfigureRequest } from '@pulumi/pulumi/proto/analyzer_pb.js'

/** Where a process's output goes. */
export interface Streams {
  stdout(bytes: Buffer): void
  stderr(bytes: Buffer): void
}

export interface PackOptions {
  /** The pack's folder, which its package.json and PulumiPolicy.yaml lie in. */
  directory: string
  /** Path of the SDK's runner. */
  runner: string
  /** The engine's words for the plugin; its address is the first. */
  args: string[]
  /** The whole environment, as `NAME=value`. */
  environment: string[]
}

const WITH_PARENT = new URL('with-parent.ts', import.meta.url).href

/** The process that serves a policy pack's analyzer, run by the pack's own copy of the SDK. */
export class PolicyPack {
  /** The port of its analyzer. @throws if the process ends before it has one */
  readonly port: Promise<number>
  readonly #child: ChildProcess

  /** @param stack what the pack's `pulumi.Config` and `pulumi.getStack()` answer from, if known */
  constructor(options: PackOptions, streams: Streams, stack?: AnalyzerStackConfigureRequest) {
    const { directory, runner, args } = options
    // The SDK's runner wants the engine's address first and the pack last.
    const words = ['--import', WITH_PARENT, runner, ...args, directory]
    this.#child = spawn(process.execPath, words, {
      // The pack reads its version from the package.json of the folder that it runs in.
      cwd: directory,
      env: { ...parsed(options.environment), ...(stack && stackEnvironment(stack)) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stderr!.on('data', streams.stderr)
    this.port = portOf(this.#child, streams)
    this.port.catch(() => undefined)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** @throws where the pack's packages are not installed */
export function locateRunner(directory: string): string {
  const name = '@pulumi/pulumi/cmd/run-policy-pack'
  try {
    return createRequire(join(directory, 'package.json')).resolve(name)
  } catch {
    throw new Error(`Cannot find module '${name}' in ${directory}: run \`npm install\` there.`)
  }
}

/** The first line is the port, all others are for the user. */
async function portOf(child: ChildProcess, streams: Streams): Promise<number> {
  const lines = createInterface({ input: child.stdout! })
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the policy pack ended before it served anything: ${signal ?? `exit ${code}`}`)
  })
  const [line] = await Promise.race([once(lines, 'line'), ended])
  lines.on('line', (text) => streams.stdout(Buffer.from(`${text}\n`)))
  return Number(line)
}

function parsed(environment: string[]): NodeJS.ProcessEnv {
  const pairs = environment.map((line) => line.split(/=(.*)/s, 2) as [string, string])
  return Object.fromEntries(pairs)
}

/** The variables that `@pulumi/pulumi` reads; the same ones that a program gets. */
function stackEnvironment(stack: AnalyzerStackConfigureRequest): NodeJS.ProcessEnv {
  return {
    PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
    PULUMI_NODEJS_PROJECT: stack.getProject(),
    PULUMI_NODEJS_STACK: stack.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().toArray())),
  }
}
