import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { down } from '../../ops/environments/down.ts'
import { settingsFile, writeSettings } from '../../ops/environments/settings.ts'
import { up } from '../../ops/environments/up.ts'
import type { Json } from '../engine/support/sandbox.ts'
import type { Campaign } from './campaign.ts'
import { runEngine, type Troubled } from './engine.ts'
import type { Plan, Step } from './plan.ts'

/** A step under trouble, and how much of it there was. */
export interface Met extends Omit<Troubled, 'output'> {
  command: Step['command']
  /** Requests that met a fault. */
  faults: number
}

/** How a run ended. */
export interface Outcome {
  seed: number
  steps: Met[]
  finish: Plan['finish']
  /** Resources on the receipt. */
  removed: number
  seconds: number
  /** Why it is no good, with all that helps to find out; undefined if it is. */
  failure?: string
}

const HOUR = 3_600_000

/** One run: the steps under trouble, whatever comes of them, then without faults what must succeed. */
export async function run(plan: Plan, campaign: Campaign): Promise<Outcome> {
  const { control } = campaign.sandbox
  const began = Date.now()
  const stack = `run-${plan.seed}`
  const steps: Met[] = []
  const said: string[] = []
  const outcome = (rest: { removed: number; failure?: string }): Outcome => ({
    ...{ seed: plan.seed, steps, finish: plan.finish },
    seconds: (Date.now() - began) / 1000,
    ...rest,
  })
  try {
    for (const step of plan.steps) {
      const before = await faultsMet(campaign)
      await prepare(step, stack, campaign)
      await control.setFaults(step.faults)
      const place = { stack, folder: process.cwd(), ...(await campaign.place(stack)) }
      const { output, ...rest } = await runEngine(step, place)
      said.push(output)
      steps.push({ command: step.command, faults: (await faultsMet(campaign)) - before, ...rest })
    }
    await control.setFaults({})
    return outcome({ removed: await finish(plan, stack, campaign) })
  } catch (error) {
    const told = [(error as Error).message, ...said, JSON.stringify(plan)]
    return outcome({ removed: 0, failure: told.join('\n---\n') })
  } finally {
    await control.setFaults({})
  }
}

/** @throws Error if a stack cannot be finished or something is left */
async function finish(plan: Plan, stack: string, campaign: Campaign): Promise<number> {
  const said: string[] = []
  const open = async () => ({
    ...(await campaign.open()),
    say: (line: string) => void said.push(line),
  })
  if (plan.finish === 'up, then down') {
    await up(await open(), { stack, ttl: HOUR, set: kept(plan), flags: [] })
    await demandHost(campaign, stack)
  }
  const { left, removed } = await down(await open(), stack)
  if (left.length > 0) throw new Error(`left: ${JSON.stringify(left)}\n${said.join('\n')}`)
  const there = (await campaign.sandbox.things()).filter((thing) => !campaign.given.includes(thing))
  if (there.length > 0) throw new Error(`the receipt does not see: ${there.join(', ')}`)
  return removed.length
}

/** The last step's size: a droplet that was made with it cannot go back to a smaller disk. */
function kept({ steps }: Plan): Record<string, string> {
  const { size } = Object.assign({}, ...steps.map(({ settings }) => settings))
  return size ? { size } : {}
}

/** The name must lead to a droplet that runs; a resize that was killed leaves one off. */
async function demandHost({ sandbox }: Campaign, stack: string): Promise<void> {
  const { domain_records } = await sandbox.digitalocean(
    'GET',
    `/domains/padlock.localhost/records?name=${stack}.preview.padlock.localhost`,
  )
  const known = domain_records.filter(({ type }: Json) => type === 'A')
  const droplets = await sandbox.droplets()
  const [one, ...others] = droplets.filter(({ networks }) =>
    networks.v4.some(({ ip_address }: Json) => ip_address === known[0]?.data),
  )
  if (known.length === 1 && one?.status === 'active' && others.length === 0) return
  const told = droplets.map(({ name, status }) => `${name} ${status}`).join(', ')
  throw new Error(`after the up no single droplet runs behind the name: ${told || 'none'}`)
}

async function faultsMet({ sandbox }: Campaign): Promise<number> {
  const { digitalocean, auth0 } = (await sandbox.control.status()).faultsMet
  return digitalocean + auth0
}

/** What a step starts from: the stack, no lock of an engine that is dead, its settings. */
async function prepare({ command, settings }: Step, stack: string, campaign: Campaign) {
  const { marks, stacks } = await campaign.open()
  if (command === 'destroy') return
  writeSettings({ project: marks.project, stack, expires: '2029-01-01T00:00Z', set: {} })
  change(stack, marks.project, settings)
  await stacks.create(stack)
}

/** Settings beside those that an environment has by itself, `expires` among them. */
function change(stack: string, project: string, settings: Record<string, unknown>): void {
  const file = join(process.cwd(), settingsFile(stack))
  const text = readFileSync(file, 'utf8')
  const [mark] = text.split('\n')
  const whole = parse(text)
  for (const [key, value] of Object.entries(settings)) whole.config[`${project}:${key}`] = value
  writeFileSync(file, `${mark}\n${stringify(whole)}`)
}
