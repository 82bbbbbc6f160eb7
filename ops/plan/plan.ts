import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Step, withoutConsent } from '../../policy/consent.ts'
import { policyFlags } from '../engine/policy.ts'
import type { Result } from '../engine/pulumi.ts'

const PLAN = 'plan.json'
const ABOUT = 'about.json'
/** Accounts and certificates move on, and what was reviewed is forgotten. */
const MAX_DAYS = 7
const DAY_MS = 24 * 3600 * 1000
/** By so much the clocks of two computers may differ. */
const CLOCKS_MS = 5 * 60 * 1000

/** The engine on one stack. */
export interface Engine {
  capture(args: string[]): Promise<Result>
  /** Before the user's eyes; the exit code. */
  show(args: string[]): Promise<number>
}

/** What a plan was made for. */
export interface About {
  stack: string
  /** The commit that was reviewed. */
  commit: string
  /** Who made it: the release that it plans carries this name. */
  by: string
  /** The day of the refresh that it plans, if it does. */
  refresh?: string
  /** ISO 8601. */
  madeAt: string
  /** SHA-256 of the plan file. */
  plan: string
  /** SHA-256 of what the stack consisted of. */
  state: string
}

/**
 * Previews the stack and keeps what may be done as a plan, in a folder that can travel. Secrets in
 * it are encrypted with the stack's own key.
 * @throws Error if the preview fails, a policy stops it, or production would lose what nobody
 *   consented to lose
 */
export async function savePlan(
  engine: Engine,
  folder: string,
  { stack, commit, by, refresh }: Pick<About, 'stack' | 'commit' | 'by' | 'refresh'>,
): Promise<About> {
  await mkdir(folder, { recursive: true })
  process.env.PADLOCK_OPERATOR = by
  process.env.PADLOCK_REFRESH = refresh ?? ''
  const madeAt = new Date().toISOString()
  process.env.PADLOCK_PLANNED_AT = madeAt
  // Before the preview: a change that comes in between must make the plan unfit.
  const state = await fingerprint(engine)
  const path = join(folder, PLAN)
  const flags = ['--suppress-outputs', ...policyFlags()]
  const code = await engine.show(['preview', '--save-plan', path, ...flags])
  if (code !== 0) throw new Error(`the preview of ${stack} failed; there is no plan`)
  const text = await readFile(path, 'utf8')
  const losses = withoutConsent(previewIn(text))
  if (losses.length > 0) {
    await rm(path)
    throw new Error(`there is no plan of ${stack}:\n${losses.join('\n')}`)
  }
  const plan = sha256(text)
  const about = { stack, commit, by, refresh, madeAt, plan, state }
  await writeFile(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`)
  return about
}

/**
 * Does what the plan says and nothing else. One that was half done goes on: the engine takes what is
 * there already for done, and stops at anything that the plan does not have.
 * @throws Error that says why the plan does not fit: made for another stack or commit, older than
 *   seven days or not made yet, altered, or the stack has changed since
 */
export async function applyPlan(
  engine: Engine,
  folder: string,
  { stack, commit }: { stack: string; commit: string },
): Promise<number> {
  const about: About = JSON.parse(await readFile(join(folder, ABOUT), 'utf8'))
  const reject = (why: string): never => {
    throw new Error(`the plan is rejected: ${why}. Fix: make and review a new one.`)
  }
  if (about.stack !== stack) reject(`it was made for the stack ${about.stack}, not for ${stack}`)
  const now = Date.now()
  const age = now - Date.parse(about.madeAt)
  const saved = `it was saved at ${about.madeAt}`
  const today = `now it is ${new Date(now).toISOString()}`
  if (!(age <= MAX_DAYS * DAY_MS)) reject(`${saved}, and is good for ${MAX_DAYS} days; ${today}`)
  if (age < -CLOCKS_MS)
    reject(`${saved}, which is still to come: ${today}, by this computer's clock`)
  if (about.commit !== commit) reject(`it was made for commit ${about.commit}, here is ${commit}`)
  const path = join(folder, PLAN)
  if (sha256(await readFile(path)) !== about.plan) reject('its file was altered')
  if ((await fingerprint(engine)) !== about.state && !(await isHalfDone(engine, about))) {
    reject(`the stack ${stack} was changed after it was made (${about.madeAt})`)
  }
  // The program reads it: a release by somebody else would be one that the plan does not have.
  process.env.PADLOCK_OPERATOR = about.by
  process.env.PADLOCK_REFRESH = about.refresh ?? ''
  process.env.PADLOCK_PLANNED_AT = about.madeAt
  // The engine itself stops at the first step that the plan does not have.
  const flags = ['--yes', '--skip-preview', '--suppress-outputs', ...policyFlags()]
  flags.push('--message', markOf(about))
  return engine.show(['up', '--plan', path, ...flags])
}

/** How an update says in the stack's history which plan it did. */
const markOf = ({ plan }: About) => `plan:${plan}`

/** Was the stack's last update this plan, and did it fail? Nobody else has changed the stack since. */
async function isHalfDone(engine: Engine, about: About): Promise<boolean> {
  const one = ['--page-size', '1', '--page', '1']
  const { code, stdout } = await engine.capture(['stack', 'history', '--json', ...one])
  const [last] = code === 0 ? JSON.parse(stdout) : []
  return last?.message === markOf(about) && last?.result === 'failed'
}

/** What a preview's JSON would say, from the plan itself (pulumi/pulumi, apitype.DeploymentPlanV1). */
function previewIn(plan: string): { config: Record<string, string>; steps: Step[] } {
  const { config = {}, resourcePlans = {} } = JSON.parse(plan) as {
    config?: Record<string, unknown>
    resourcePlans?: Record<string, { steps?: string[] }>
  }
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return {
    config: Object.fromEntries(texts),
    steps: Object.entries(resourcePlans).flatMap(([urn, { steps = [] }]) =>
      steps.map((op) => ({ op, urn })),
    ),
  }
}

/** What the stack consists of; times of its updates left out. */
async function fingerprint(engine: Engine): Promise<string> {
  const { code, stdout, stderr } = await engine.capture(['stack', 'export'])
  if (code !== 0) throw new Error(`the stack cannot be read:\n${stderr.trim()}`)
  const { resources = [], pending_operations = [] } = JSON.parse(stdout).deployment ?? {}
  const lasting = resources.map(
    ({ created: _, modified: __, ...rest }: object & { created?: string; modified?: string }) =>
      rest,
  )
  return sha256(JSON.stringify([lasting, pending_operations]))
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
