import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Ran, start } from './processes.ts'
import type { Project } from './project.ts'
import { root } from './sandbox.ts'

interface Step {
  if?: string
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
 * and the engine are there already; an action is no command.
 * @param contexts the values of further expressions, such as `github.token`; those left out are
 *   empty, as they are at GitHub. A job with an environment has its secrets.
 * @returns the last step, or the first that failed; `if: always()` ones run all the same
 */
export async function runJob(
  { folder, environment }: Project,
  [file, job]: [file: string, job: string],
  contexts: Record<string, string> = {},
  variables: Record<string, string> = {},
): Promise<StepRan> {
  const workflow = parse(readFileSync(join(root, '.github/workflows', file), 'utf8'))
  const steps: Step[] = workflow.jobs[job].steps
  const values = { ...(workflow.jobs[job].environment && secretsOf(environment)), ...contexts }
  const runner = join(folder, '.runner')
  mkdirSync(runner, { recursive: true })
  const files = Object.fromEntries(
    ['GITHUB_ENV', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(runner, name)]),
  )
  for (const path of Object.values(files)) writeFileSync(path, '')
  const left = (name: string) =>
    readFileSync(files[name] ?? '', 'utf8')
      .split('\n')
      .filter(Boolean)
  let last: Ran | undefined
  let failed: Ran | undefined
  for (const { run, env, if: condition } of steps) {
    if (!run || run.startsWith('npm ci ') || !holds(condition, values, failed)) continue
    const ran = await start('bash', ['-e', '-o', 'pipefail', '-c', run], {
      cwd: folder,
      env: {
        HOME: runner,
        ...engineOf(environment),
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        ...variables,
        ...files,
        ...evaluated(workflow.env, values),
        ...Object.fromEntries(left('GITHUB_ENV').map((line) => line.split(/=(.*)/s, 2))),
        ...evaluated(env, values),
      },
    }).done
    last = ran
    if (ran.code !== 0) failed ??= ran
  }
  if (!last) throw new Error(`${file}: the job ${job} has no commands`)
  return { ...(failed ?? last), summary: readFileSync(files.GITHUB_STEP_SUMMARY ?? '', 'utf8') }
}

/** A step's condition: `always()`, variables of the repository, or none. */
function holds(condition = '', values: Record<string, string>, failed: Ran | undefined): boolean {
  if (failed && !condition.includes('always()')) return false
  const wanted = [...condition.matchAll(/(vars\.\w+) == '(\w+)'/g)]
  return wanted.every(([, name = '', value]) => values[name] === value)
}

/** What the action of the engine leaves, and the trust in the two APIs; no key of an account. */
function engineOf(environment: Record<string, string>): Record<string, string> {
  const keys = /^(DIGITALOCEAN_|AUTH0_|PULUMI_BACKEND_URL|PULUMI_CONFIG_PASSPHRASE|PADLOCK_)/
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !keys.test(name)))
}

/** What stands in the settings of an environment at GitHub. */
function secretsOf(environment: Record<string, string>): Record<string, string> {
  const of = (context: string, ...names: string[]) =>
    names.map((name) => [`${context}.${name}`, environment[name] ?? ''])
  return Object.fromEntries([
    ...of('secrets', 'DIGITALOCEAN_TOKEN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET'),
    ...of('secrets', 'PULUMI_CONFIG_PASSPHRASE', 'SSH_PRIVATE_KEY'),
    ...of('vars', 'PULUMI_BACKEND_URL'),
  ])
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
