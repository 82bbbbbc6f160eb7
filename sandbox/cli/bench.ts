import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openControl } from '../control.ts'
import { SANDBOX } from '../deployment/environment.ts'
import { type Timing, timings } from '../deployment/timings.ts'

const PULUMI = `. ${SANDBOX}/env && pulumi`
const FLAGS = '--stack dev --non-interactive'

interface Run extends Timing {
  output: string
}

const runs: { name: string; seconds: number; phases?: Timing[] }[] = []

async function timed(name: string, line: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
  console.error(`${name} ...`)
  const start = Date.now()
  const child = spawn('sh', ['-c', line], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve))
  if (code !== 0) throw new Error(`${name} failed:\n${output.slice(-4000)}`)
  return { name, seconds: (Date.now() - start) / 1000, output }
}

async function record(name: string, line: string, env?: NodeJS.ProcessEnv): Promise<void> {
  const { seconds, output } = await timed(name, line, env)
  const phases = timings(output)
  runs.push({ name, seconds: Math.round(seconds * 10) / 10, ...(phases.length > 0 && { phases }) })
}

/** A copy of the app with one line changed, and a stack file that names it. */
function changedApp(): string {
  const folder = join(SANDBOX, 'bench')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  cpSync('app', join(folder, 'app'), {
    recursive: true,
    filter: (path) => !/\.venv|__pycache__|\.pytest_cache/.test(path),
  })
  writeFileSync(join(folder, 'app', 'CHANGED'), 'one file more\n')
  const file = join(folder, 'Pulumi.dev.yaml')
  const settings = readFileSync('Pulumi.dev.yaml', 'utf8').trimEnd()
  writeFileSync(file, `${settings}\n  appSource: ${folder}/app\n`)
  return file
}

async function calls(): Promise<Record<string, number>> {
  const status = await openControl(SANDBOX).status()
  return Object.fromEntries(
    Object.entries(status.calls).map(([api, counts]) => [
      api,
      Object.values(counts).reduce((sum, count) => sum + count, 0),
    ]),
  )
}

export const help = `padlock sandbox bench [--warm]

Times the life of the dev stack on this computer and prints JSON on standard output, a table
on standard error. The cold run uses a cache of its own, made and removed by it. A deployment
that is up is taken down first.

  --warm   leaves the cold run out

Exit code 0: measured. 1: which step failed, with the end of its output.`

/** The verb. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { warm: { type: 'boolean', default: false } } })
  const warmOnly = values.warm
  await timed('down', './padlock sandbox down')
  if (!warmOnly) {
    mkdirSync(SANDBOX, { recursive: true, mode: 0o700 })
    const cache = mkdtempSync(join(SANDBOX, 'cold-'))
    try {
      await record('up, cold', './padlock sandbox up', { PADLOCK_CACHE: cache })
      await timed('down', './padlock sandbox down', { PADLOCK_CACHE: cache })
    } finally {
      // Go's module cache is read-only.
      await timed('clean', `chmod -R u+w ${cache}; rm -rf ${cache}`)
    }
  }
  await record('up, warm', './padlock sandbox up')
  const afterUp = await calls()
  await record(
    'program start',
    'node_modules/.bin/node -e \'import("./components/deployment.ts")\'',
  )
  await record('preview, no change', `${PULUMI} preview --expect-no-changes ${FLAGS}`)
  await record('up, no change', `${PULUMI} up --yes --skip-preview --expect-no-changes ${FLAGS}`)
  await record(
    'release',
    `${PULUMI} up --yes --skip-preview --config-file ${changedApp()} ${FLAGS}`,
  )
  await record('destroy', `${PULUMI} destroy --yes --skip-preview ${FLAGS}`)
  await timed('down', './padlock sandbox down')
  rmSync(join(SANDBOX, 'bench'), { recursive: true, force: true })

  for (const { name, seconds, phases } of runs) {
    console.error(`${name.padEnd(56)} ${seconds.toFixed(1).padStart(7)} s`)
    for (const one of phases ?? []) {
      console.error(`  ${one.name.padEnd(54)} ${one.seconds.toFixed(1).padStart(7)} s`)
    }
  }
  console.error(`requests of the first up: ${JSON.stringify(afterUp)}`)
  console.log(JSON.stringify({ cpus: cpus().length, runs, requestsOfUp: afterUp }, null, 2))
  return 0
}
