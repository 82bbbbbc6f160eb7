/**
 * The stand-in's `remote.Command` answers the official plugin's recordings, step by step: each
 * answer, and every message that the user sees.
 *
 * Left out on purpose: proxies, agents and passwords (beyond the stand-in, which says so), the list
 * of what a server offers when no host key algorithm is common, resolvers' errors (a name that is
 * not loopback is refused), long pauses between dials, and a logged line above 64 KiB, which hangs
 * the official plugin and fails here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replay, startWorld, stepsOf, type World } from './command.replay.ts'
import { type StandIn, startStandIn } from './replay.ts'

let world: World
let plugin: StandIn
beforeAll(async () => {
  world = await startWorld()
  plugin = await startStandIn('command')
})
afterAll(async () => {
  await plugin.stop()
  await world.close()
})

const steps = stepsOf('remote.Command')

test.each(steps.map((step) => [step.step, step] as const))('%s', async (_, step) => {
  const { got, wanted } = await replay(world, plugin, step)
  expect(got).toEqual(wanted)
  if (step.step === 'lifecycle/28-destroy') expect(remoteFile('deleted.txt')).toBe(DELETED)
})

/** What the delete command of `lifecycle` left: the previous stdout came as a variable. */
const DELETED = 'PULUMI_COMMAND_STDOUT=okay\ngone2\n'

function remoteFile(name: string): string {
  return readFileSync(join(world.servers[0]!.home, 'remote', name), 'utf8')
}
