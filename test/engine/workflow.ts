import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Ran, start } from './processes.ts'
import type { Project } from './project.ts'
import { cache, root } from './sandbox.ts'

interface Step {
  run?: string
  env?: Record<string, string>
}

export interface StepRan extends Ran {
  /** What the job's page would show. */
  summary: string
}

/**
 * Runs the commands of a job as its file has them: each step in the shell that GitHub uses, with no
 * other variables than GitHub's, the file's, and what the steps before it have left. The packages
 * are installed already; an action is no command.
 * @param contexts the values of the expressions, such as `secrets.DIGITALOCEAN_TOKEN`; those left
 *   out are empty, as they are at GitHub
 * @returns the last step, or the first that failed
 */
export async function runJob(
  { folder }: Project,
  [file, job]: [file: string, job: string],
  contexts: Record<string, string> = {},
  variables: Record<string, string> = {},
): Promise<StepRan> {
  const workflow = parse(readFileSync(join(root, '.github/workflows', file), 'utf8'))
  const steps: Step[] = workflow.jobs[job].steps
  const runner = join(folder, '.runner')
  mkdirSync(runner, { recursive: true })
  const files = Object.fromEntries(
    ['GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(runner, name)]),
  )
  for (const path of Object.values(files)) writeFileSync(path, '')
  const left = (name: string) =>
    readFileSync(files[name] ?? '', 'utf8')
      .split('\n')
      .filter(Boolean)
  let last: Ran | undefined
  for (const { run, env } of steps) {
    if (!run || run === 'make install') continue
    last = await start('bash', ['-e', '-o', 'pipefail', '-c', run], {
      cwd: folder,
      env: {
        HOME: runner,
        PATH: [...left('GITHUB_PATH').reverse(), process.env.PATH].join(':'),
        PADLOCK_CACHE: cache,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        ...variables,
        ...files,
        ...evaluated(workflow.env, contexts),
        ...Object.fromEntries(left('GITHUB_ENV').map((line) => line.split(/=(.*)/s, 2))),
        ...evaluated(env, contexts),
      },
    }).done
    if (last.code !== 0) break
  }
  if (!last) throw new Error(`${file}: the job ${job} has no commands`)
  return { ...last, summary: readFileSync(files.GITHUB_STEP_SUMMARY ?? '', 'utf8') }
}

function evaluated(
  env: Record<string, string> = {},
  contexts: Record<string, string>,
): Record<string, string> {
  const value = (expression: string) =>
    expression
      .split('||')
      .map((one) => contexts[one.trim()] ?? '')
      .find(Boolean) ?? ''
  const entries = Object.entries(env).map(([name, text]) => [
    name,
    String(text).replace(/\$\{\{(.*?)\}\}/g, (_, expression) => value(expression)),
  ])
  return Object.fromEntries(entries)
}
