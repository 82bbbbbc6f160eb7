import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { down } from '../../environments/down.ts'
import { settingsFile, writeSettings } from '../../environments/settings.ts'
import { up } from '../../environments/up.ts'
import { start } from '../engine/processes.ts'
import type { Campaign } from './campaign.ts'
import type { Plan, Step } from './plan.ts'

/** How a run ended. */
export interface Outcome {
  seed: number
  /** Exit codes of the steps under trouble; null for one that was killed. */
  codes: (number | null)[]
  removed: number
  seconds: number
}

const HOUR = 3_600_000

/**
 * One run: the steps under trouble, whatever comes of them, then without faults what must succeed.
 * @throws Error that names the seed, if a stack cannot be finished or something is left
 */
export async function run(plan: Plan, campaign: Campaign): Promise<Outcome> {
  const { sandbox, given } = campaign
  const began = Date.now()
  const stack = `run-${plan.seed}`
  const failed = (what: string) => new Error(`seed ${plan.seed}: ${what}\n${JSON.stringify(plan)}`)
  const said: string[] = []
  const codes: (number | null)[] = []
  try {
    for (const step of plan.steps) {
      await sandbox.control.setFaults(step.faults)
      const { code, output } = await trouble(step, stack, campaign)
      codes.push(code)
      said.push(output)
    }
    await sandbox.control.setFaults({})
    if (plan.finish === 'up, then down') {
      await up(await campaign.open(), { stack, ttl: HOUR, set: {}, flags: [] })
    }
    const receipt = await down(await campaign.open(), stack)
    if (receipt.left.length > 0) throw failed(`left: ${JSON.stringify(receipt.left)}`)
    const left = (await sandbox.things()).filter((thing) => !given.includes(thing))
    if (left.length > 0) throw failed(`the receipt does not see: ${left.join(', ')}`)
    return {
      seed: plan.seed,
      codes,
      removed: receipt.removed.length,
      seconds: (Date.now() - began) / 1000,
    }
  } catch (error) {
    throw failed(`${(error as Error).message}\n${said.join('\n---\n')}`)
  } finally {
    await sandbox.control.setFaults({})
  }
}

async function trouble({ command, settings, killAfter }: Step, stack: string, campaign: Campaign) {
  const { marks, stacks } = await campaign.open()
  if (command === 'up') {
    writeSettings({ project: marks.project, stack, expires: '2029-01-01T00:00Z', set: {} })
    change(stack, marks.project, settings)
    await stacks.create(stack)
  }
  const args = [command, '--yes', '--skip-preview', '--refresh', '--stack', stack]
  const { process: engine, done } = start('pulumi', [...args, '--non-interactive'], {
    cwd: process.cwd(),
    env: { ...process.env, ...(await campaign.environment()) },
  })
  const killer = new AbortController()
  if (killAfter !== undefined) {
    sleep(killAfter, undefined, { signal: killer.signal })
      .then(() => engine.kill('SIGKILL'))
      .catch(() => undefined)
  }
  const ran = await done
  killer.abort()
  return ran
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
