/**
 * The stand-in's `local.Command` answers the official plugin's recordings, step by step.
 *
 * Left out on purpose: `assetPaths` and `archivePaths` (beyond the stand-in, which says so), the
 * function `local.run`, and a logged line above 64 KiB, which hangs the official plugin and fails
 * here.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replay, stepsOf, type World } from './command.replay.ts'
import { type StandIn, startStandIn } from './replay.ts'

let world: World
let plugin: StandIn
let work: string
beforeAll(async () => {
  plugin = await startStandIn('command')
  work = realpathSync(mkdtempSync(join(tmpdir(), 'local-command-')))
  mkdirSync(join(work, 'in', 'sub'), { recursive: true })
  writeFileSync(join(work, 'in', 'a.txt'), 'a')
  const texts = ['<WORK>', '<REMOTE>'].map((text) => [text, work] as [string, string])
  world = { texts, ports: new Map(), servers: [], close: async () => {} }
})
afterAll(async () => {
  await plugin.stop()
  rmSync(work, { recursive: true })
})

test.each(stepsOf('local.Command').map((step) => [step.step, step] as const))(
  '%s',
  async (_, step) => {
    const { got, wanted } = await replay(world, plugin, step)
    expect(got.answers).toEqual(wanted.answers)
    // Of this step's 31,777 messages the recording holds but a few.
    if (step.step !== 'outputs/02-up-create') expect(got.messages).toEqual(wanted.messages)
  },
)

test('a delete command ran with the previous output', () => {
  expect(readFileSync(join(work, 'deleted.txt'), 'utf8')).toBe('PULUMI_COMMAND_STDOUT=second\n')
  expect(readFileSync(join(work, 'order.txt'), 'utf8')).toMatch(/^(deleted\n)+$/)
})
